import type { Trouble } from "../failure.ts";

const otherSteps: Readonly<Record<string, string>> = {
  INVALID_CONFIGURATION: "Correct what is named: `keylight --help` tells of options and variables.",
  INVALID_CREDENTIALS: "Check LC_USER_KEY_ID and LC_USER_KEY_SECRET: where they come from stands above.",
};

/** What to do about a trouble, where that is not to run doctor: people are here already. */
export function nextOf({ code, hint }: Trouble): string {
  return hint.includes("`keylight doctor`") ? (otherSteps[code] ?? "Check the network, and the address: --endpoint, else LC_API_URL.") : hint;
}
