/** What a measuring process was told to do: its one argument. */
export function taskOf<T>(): T {
  return JSON.parse(process.argv[2] ?? "") as T;
}

/** Hands the result to the parent, and ends, with connections open as they are. */
export function finish(result: unknown): never {
  process.stdout.write(JSON.stringify(result));
  process.exit();
}
