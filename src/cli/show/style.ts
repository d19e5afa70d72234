import { styleText } from "node:util";
import type { Host, Output } from "../host.ts";
import type { Tone } from "../outcome.ts";

export interface Style {
  readonly tone: (text: string, tone: Tone | undefined) => string;
  readonly title: (text: string) => string;
}

const formats = { good: "green", bad: "red", attention: "yellow", faint: "dim" } as const;

const isOff = (value: string | undefined): boolean => value === "0" || value === "false";

/** Whether to colour: by the option and the variables that programs agree on, else where there is a terminal. */
export function hasColor({ env }: Pick<Host, "env">, stream: Output, option: boolean): boolean {
  const forced = env["FORCE_COLOR"];
  if (!option || (env["NO_COLOR"] ?? "") !== "" || isOff(forced)) return false;
  if (forced !== undefined) return true;
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

export function createStyle(color: boolean): Style {
  if (!color) return { tone: (text) => text, title: (text) => text };
  const styled = (format: Parameters<typeof styleText>[0], text: string): string => styleText(format, text, { validateStream: false });
  return { tone: (text, tone) => (tone === undefined ? text : styled(formats[tone], text)), title: (text) => styled("bold", text) };
}
