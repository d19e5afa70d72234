import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { Context } from "./context.ts";
import { failed, interrupted, saysOnlyInterrupted, usage } from "./failure.ts";
import { plain } from "./show/text.ts";

/**
 * Asks before something is destroyed. Returns when it may be.
 *
 * @throws when there is nobody to ask, or the answer is not yes.
 */
export async function confirm({ host, terminal }: Context, question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  const { stdin, stderr, signal } = host;
  if (stdin.isTTY !== true || stderr.isTTY !== true) throw usage("this destroys something, and there is no terminal to ask at", "Add --yes if it is meant.");
  terminal.clearStatus();
  // Not as a terminal: so the line is edited by the terminal itself, and Ctrl-C stays a signal.
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  try {
    const closed = once(lines, "close", { signal }).then(() => undefined);
    closed.catch(() => undefined);
    const answer = await Promise.race([lines.question(`${plain(question)} Type y to go on: `, { signal }), closed]);
    // Ctrl-D leaves the cursor behind the question.
    if (answer === undefined) stderr.write("\n");
    else if (/^y(es)?$/i.test(answer.trim())) return;
  } catch (error) {
    throw saysOnlyInterrupted(error, signal) ? interrupted("interrupted: nothing was changed", "Run it again, and type y if it is meant.") : error;
  } finally {
    lines.close();
  }
  throw failed("DECLINED", "nothing was changed", "Run it again and type y, or add --yes.");
}
