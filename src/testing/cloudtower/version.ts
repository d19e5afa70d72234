/** What came with which version; the last two are inferred from what the published specifications say of them. */
const since = { loginStrategies: "3.0.0", authnStrategies: "3.0.0", apiKeys: "4.4.0" } as const;

export type Feature = keyof typeof since;

/** Whether a server of this version has the feature. */
export function hasFeature(version: string, feature: Feature): boolean {
  const [have, need] = [numbersOf(version), numbersOf(since[feature])];
  for (const [index, number] of need.entries()) {
    const own = have[index] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

/** @throws RangeError for a text that is no version. */
export function checkVersion(version: string): string {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new RangeError(`A version has three numbers, such as 4.8.1: ${version} has not.`);
  return version;
}

function numbersOf(version: string): number[] {
  return version.split(".").map(Number);
}
