import { failed } from "../failure.ts";
import { keyData } from "../service-accounts/view.ts";
import { jsonText } from "../show/text.ts";
import type { OpenSink } from "./sink.ts";

/**
 * Standard output. With `--json` it is a field of the one value that is written, and that is written now: before an old
 * key is revoked, the new one must be out.
 */
export const printSink: OpenSink = ({ terminal }, { serviceAccountId, oldKeyId }) =>
  Promise.resolve({
    place: { print: true },
    told: "The key is on standard output.",
    put: async (key) => {
      const apiKey = key.apiKey.reveal();
      const data = { apiKey, key: keyData(key), serviceAccountId, ...(oldKeyId === undefined ? {} : { oldKeyId }) };
      try {
        await terminal.reveal(terminal.options.json ? `${jsonText(data)}\n` : `${apiKey}\n`);
      } catch {
        throw failed("SINK_FAILED", "standard output could not take the key", "Check where it is redirected to, and run the command again.");
      }
    },
    abandon: () => Promise.resolve(),
  });
