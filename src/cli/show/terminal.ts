import type { Host, Output } from "../host.ts";
import type { Outcome } from "../outcome.ts";
import { CliError, endedWith, exitCodes, failed, troubleOf, type ExitCode } from "../failure.ts";
import { cut, linesOf } from "./blocks.ts";
import { createStyle, hasColor, type Style } from "./style.ts";
import { jsonText, plain, redacted } from "./text.ts";

export interface TerminalOptions {
  readonly json: boolean;
  readonly debug: boolean;
  /** Whether colours are wanted at all. */
  readonly color: boolean;
}

const secretVariables = ["LC_API_KEY", "LC_SESSION_TOKEN", "LC_USER_KEY_SECRET", "LUMAR_SECRET"];
/** Anything shorter would tear ordinary words apart. */
const shortestSecret = 6;

/** The one place that prints: data on standard output, and everything else on standard error. */
export class Terminal {
  readonly #host: Host;
  readonly #secrets = new Set<string>();
  options: TerminalOptions;
  #hasStatus = false;

  constructor(host: Host, options: TerminalOptions) {
    this.#host = host;
    this.options = options;
    this.hide(host.env);
  }

  /** Keeps the secrets among these variables out of everything that is said on standard error. */
  hide(variables: Readonly<Record<string, string | undefined>>): void {
    for (const name of secretVariables) {
      const value = variables[name]?.trim() ?? "";
      if (value.length >= shortestSecret) this.#secrets.add(value);
    }
  }

  /** Says one line on standard error. */
  note(text: string): void {
    this.#say(`${plain(text)}\n`);
  }

  /** Passes on what a program said, line by line. */
  passOn(text: string): void {
    this.#say(`${text}\n`);
  }

  /** Shows how far the work is, on a terminal only: one line that the next one replaces. */
  status(text: string): void {
    const { stderr } = this.#host;
    if (stderr.isTTY !== true) return;
    const room = Math.max(10, (stderr.columns ?? 80) - 1);
    this.#hasStatus = true;
    stderr.write(`\r\u001B[K${cut(plain(redacted(text, this.#secrets)), room)}`);
  }

  clearStatus(): void {
    if (!this.#hasStatus) return;
    this.#hasStatus = false;
    this.#host.stderr.write("\r\u001B[K");
  }

  /** Prints what a command came to, and gives the exit code. */
  async show({ data, view, notes = [], failure }: Outcome): Promise<ExitCode> {
    this.clearStatus();
    if (this.options.json) {
      if (data !== undefined) await this.print(`${jsonText(data)}\n`);
    } else {
      const { stdout } = this.#host;
      const surface = { width: stdout.isTTY === true ? (stdout.columns ?? 80) : undefined, style: this.#styleFor(stdout) };
      const blocks = view.map((block) => linesOf(block, surface)).filter((lines) => lines.length > 0);
      await this.print(blocks.map((lines) => `${lines.join("\n")}\n`).join("\n"));
    }
    for (const text of notes) this.note(text);
    return failure === undefined ? exitCodes.ok : this.fail(failure);
  }

  /** Tells of an error on standard error: one message and the next step. Gives the exit code. */
  async fail(error: unknown): Promise<ExitCode> {
    this.clearStatus();
    const { message, hint, code, exitCode: own, facts } = await troubleOf(error);
    // Whatever came of it: shells and programs look for the signal.
    const exitCode = endedWith(this.#host.signal) ?? own;
    if (this.options.json) {
      const told = { error: { code, message: plain(message), hint: plain(hint), exitCode, ...facts } };
      this.#say(`${jsonText(told)}\n`);
    } else {
      const style = this.#styleFor(this.#host.stderr);
      this.#say(`${style.tone("Error:", "bad")} ${plain(message)}\n${style.tone("Next:", "attention")} ${plain(hint)}\n`);
    }
    if (this.options.debug && error instanceof Error && !(error instanceof CliError)) {
      for (const text of (error.stack ?? "").split("\n")) this.note(text);
      if (facts?.["attempts"] !== undefined) this.note(`attempts ${JSON.stringify(facts["attempts"])}`);
    }
    return exitCode;
  }

  /**
   * Puts a secret on standard output, because that was asked for.
   *
   * @throws when it did not get there.
   */
  async reveal(text: string): Promise<void> {
    this.clearStatus();
    await written(this.#host.stdout, text);
  }

  /** Help, on standard error. */
  advise(text: string): void {
    this.#say(text);
  }

  /** Puts text on standard output that is fit to be there. */
  async print(text: string): Promise<void> {
    if (text === "") return;
    try {
      await written(this.#host.stdout, text);
    } catch (error) {
      // Whoever read it has seen enough.
      if (error instanceof Error && "code" in error && error.code === "EPIPE") return;
      throw failed("OUTPUT_FAILED", "standard output cannot be written", "Check where it is redirected to, and that there is room.");
    }
  }

  #styleFor(stream: Output): Style {
    return createStyle(hasColor(this.#host, stream, this.options.color));
  }

  #say(text: string): void {
    this.clearStatus();
    this.#host.stderr.write(redacted(text, this.#secrets));
  }
}

function written(stream: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
