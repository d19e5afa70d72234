/** Waits this many ms, or less if the signal is aborted; never rejects. */
export async function sleep(duration: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, duration);
    signal.addEventListener("abort", end);
  });
}
