import type { Context } from "../context.ts";
import { CliError, type Trouble } from "../failure.ts";
import { cell, line, type Cell, type Outcome } from "../outcome.ts";
import { atServer } from "./server.ts";
import { here } from "./here.ts";

export type Status = "ok" | "note" | "fail" | "skipped";

/** What was looked at, and what was seen. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly detail: string;
  /** For what fails, and for what may want a hand. */
  readonly next?: string;
  /** The error behind it. */
  readonly trouble?: Trouble;
  /** For programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Looks at all that a call needs. Throws for nothing that it finds. */
export async function doctor(context: Context): Promise<Outcome> {
  const findings = [...(await here(context)), ...(await atServer(context))];
  const [first, ...others] = findings.filter(({ status }) => status === "fail");
  return {
    data: {
      ok: first === undefined,
      checks: findings.map(({ check, status, detail, next, facts = {}, trouble }) => ({
        check,
        status,
        detail,
        ...(next === undefined ? {} : { next }),
        ...(trouble === undefined ? {} : { code: trouble.code }),
        ...facts,
      })),
    },
    view: [{ kind: "lines", lines: findings.flatMap(linesOf) }],
    failure: first === undefined ? undefined : verdict(first, others.length),
  };
}

function verdict({ check, detail, next, trouble }: Finding, others: number): CliError {
  return new CliError({
    message: `${check}: ${detail}${others === 0 ? "" : ` (and ${others} more)`}`,
    hint: next ?? "Run the command again with --debug to see more.",
    code: trouble?.code ?? "UNHEALTHY",
    exitCode: trouble?.exitCode ?? 1,
  });
}

const marks: Readonly<Record<Status, Cell>> = {
  ok: cell("ok    ", "good"),
  note: cell("note  ", "attention"),
  fail: cell("FAIL  ", "bad"),
  skipped: cell("-     ", "faint"),
};

function linesOf({ check, status, detail, next }: Finding): (readonly Cell[])[] {
  const said = line(marks[status], `${check}: ${detail}`);
  return next === undefined || status === "ok" ? [said] : [said, line("      ", cell(`-> ${next}`, "attention"))];
}
