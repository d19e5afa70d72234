import { InvalidArgumentError } from "commander";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of a text such as `90d`; undefined where it is none. */
function milliseconds(text: string, unitless: number | undefined): number | undefined {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = unit === "" ? unitless : Object.hasOwn(units, unit) ? units[unit] : undefined;
  const value = number === "" || factor === undefined ? Number.NaN : Number(number) * factor;
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** For options: `90d`, `12h`, `2w`. */
export function duration(text: string): number {
  const value = milliseconds(text, undefined);
  if (value === undefined) throw new InvalidArgumentError("It must be a duration such as 90d, 12h or 2w.");
  return value;
}

/** For `--timeout`: seconds, or a duration. Whole milliseconds. */
export function timeout(text: string): number {
  const value = milliseconds(text, 1_000);
  if (value === undefined) throw new InvalidArgumentError("It must be seconds, or a duration such as 500ms or 2m.");
  return Math.max(1, Math.round(value));
}

/** For `--expires`: a day or an instant, or a duration from now. */
export function expiry(text: string): Date | "never" {
  if (text === "never") return text;
  const value = milliseconds(text, undefined);
  const date = value === undefined ? new Date(beginsWithDay(text) ? text : Number.NaN) : new Date(Date.now() + value);
  // The years of ISO 8601 have four digits.
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9_999) throw new InvalidArgumentError("It must be a day such as 2030-01-31, an ISO 8601 instant, a duration such as 90d, or never.");
  return date;
}

/** Whether there is such a day: `Date` takes February 30th for a day in March. */
function beginsWithDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text)?.map(Number) ?? [];
  return year !== undefined && month !== undefined && day !== undefined && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** For thresholds: whole days, as a number or as a duration. */
export function days(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : (milliseconds(text, undefined) ?? Number.NaN) / 86_400_000;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("It must be a number of whole days, such as 90 or 90d.");
  return value;
}
