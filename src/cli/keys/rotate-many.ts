import type { KeyFinding } from "keylight";
import { accountIdOf } from "../account.ts";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { CliError, exitCodes, troubleOf, usage, type Trouble } from "../failure.ts";
import { cell, instant, optional, type Block, type Outcome, type Tone } from "../outcome.ts";
import { oldOneStays, replace, type RotateCommandOptions } from "./rotate.ts";
import { keyPlaceholder } from "./sink-file.ts";
import { sinkOf } from "./sink.ts";

const day = 86_400_000;

type Result = "rotated" | "failed" | "skipped" | "due" | "not started";

interface Row {
  readonly finding: KeyFinding;
  readonly result: Result;
  readonly newKeyId?: string;
  readonly stored?: Readonly<Record<string, unknown>>;
  readonly trouble?: Trouble;
  /** Why it is skipped. */
  readonly why?: string;
}

/** Rotates all keys of an account that are older than this, one after the other. */
export async function rotateMany(context: Context, options: RotateCommandOptions, olderThan: number): Promise<Outcome> {
  const open = options.dryRun === true ? undefined : sinkOf(checked(options));
  const accountId = await accountIdOf(context, options);
  const rows = await olderKeys(context, accountId, olderThan, options.serviceAccount);
  const due = rows.filter(({ result }) => result === "due");
  if (open === undefined || due.length === 0) return summary(rows, options.dryRun === true);
  await confirm(context, `Rotate ${due.length} ${due.length === 1 ? "key" : "keys"} of account ${accountId}? The old ones stop working.`, options.yes);
  const done: Row[] = [];
  let stop = false;
  for (const row of rows) {
    if (row.result !== "due") done.push(row);
    else if (stop) done.push({ ...row, result: "not started" });
    else {
      const { key, serviceAccount } = row.finding;
      const nth = done.filter(({ result }) => result === "rotated" || result === "failed").length + 1;
      context.terminal.status(`Rotating key ${nth} of ${due.length}: ${key.name ?? key.id} of ${serviceAccount.name}`);
      const purpose = { accountId, serviceAccountId: serviceAccount.id, oldKeyId: key.id };
      const outcome = await replace(context, open, purpose, { ...options, old: key }).then((result) => rotated(result, key.id), async (error: unknown) => ({ result: "failed" as const, trouble: await troubleOf(error) }));
      done.push({ finding: row.finding, ...outcome });
      stop = context.host.signal.aborted || (options.failFast === true && outcome.trouble !== undefined);
    }
  }
  return summary(done, false);
}

function rotated({ key, oldKeyRevoked, sink }: Awaited<ReturnType<typeof replace>>, oldKeyId: string): Omit<Row, "finding"> {
  const trouble = oldKeyRevoked === true ? {} : { trouble: oldOneStays(oldKeyId, oldKeyRevoked) };
  return { result: "rotated", newKeyId: key.id, stored: sink.place, ...trouble };
}

function checked(options: RotateCommandOptions): RotateCommandOptions {
  if (options.print === true) throw usage("--print shows one key, and these may be many", "Use --out with {id} in the name, or --exec.");
  if (options.out !== undefined && !options.out.includes(keyPlaceholder)) {
    throw usage("--out names one file, and the keys may be many", "Put {id} into the name, as in 'keys/{id}.key': it stands for the id of the key that is replaced.");
  }
  return options;
}

/** What the audit finds that was made longer ago. A key that opens nothing any more gets no successor that does. */
async function olderKeys(context: Context, accountId: string, olderThan: number, serviceAccount: string | undefined): Promise<Row[]> {
  const client = await context.client();
  // Its id may be given as a number, which the findings do not name.
  const only = serviceAccount === undefined ? undefined : (await client.serviceAccounts.get(serviceAccount, context.call)).id;
  const findings = await client.serviceAccounts.keys.audit(accountId, { ...context.call, maxAgeDays: Math.floor(olderThan / day) });
  const before = Date.now() - olderThan;
  // The audit counts whole days, by the server's clock.
  const isOld = ({ key, issues }: KeyFinding): boolean => issues.includes("old") && (olderThan % day === 0 || Date.parse(key.createdAt) < before);
  return findings.filter((finding) => isOld(finding) && (only === undefined || finding.serviceAccount.id === only)).map((finding) => {
    if (finding.issues.includes("expired")) return { finding, result: "skipped", why: "expired" };
    if (finding.issues.includes("disabled-account")) return { finding, result: "skipped", why: "its service account is disabled" };
    return { finding, result: "due" };
  });
}

function summary(rows: readonly Row[], dryRun: boolean): Outcome {
  const count = (wanted: Result): number => rows.filter(({ result }) => result === wanted).length;
  const troubles = rows.flatMap(({ trouble }) => trouble ?? []);
  const counts = { due: count("due"), rotated: count("rotated"), failed: count("failed"), skipped: count("skipped"), notStarted: count("not started") };
  return {
    data: {
      dryRun,
      ...counts,
      keys: rows.map(({ finding: { key, serviceAccount }, result, newKeyId, stored, trouble, why }) => ({
        oldKeyId: key.id,
        name: key.name,
        createdAt: key.createdAt,
        serviceAccount: { id: serviceAccount.id, name: serviceAccount.name },
        result,
        ...(newKeyId === undefined ? {} : { newKeyId, stored }),
        ...(trouble === undefined ? {} : { error: { code: trouble.code, message: trouble.message, hint: trouble.hint } }),
        ...(why === undefined ? {} : { why }),
      })),
    },
    view: [table(rows)],
    ...(troubles.length + counts.notStarted === 0 ? {} : { failure: failureOf(troubles, counts) }),
  };
}

function failureOf(troubles: readonly Trouble[], { rotated: good, failed: bad, notStarted }: { rotated: number; failed: number; notStarted: number }): CliError {
  const codes = new Set(troubles.map(({ exitCode }) => exitCode));
  const [only] = codes;
  const parts = [`${good} rotated`, `${bad} failed`, ...(notStarted === 0 ? [] : [`${notStarted} not started`]), ...troubles.slice(0, 1).map(({ message }) => `first: ${message}`)];
  return new CliError({
    message: `not all keys were rotated (${parts.join(", ")})`,
    hint: troubles[0]?.hint ?? "Run the command again for the rest.",
    code: "ROTATION_INCOMPLETE",
    exitCode: only !== undefined && codes.size === 1 ? only : exitCodes.failure,
  });
}

const tones: Readonly<Record<Result, Tone>> = { rotated: "good", failed: "bad", skipped: "faint", due: "attention", "not started": "attention" };

function table(rows: readonly Row[]): Block {
  return {
    kind: "table",
    columns: [{ title: "KEY", whole: true }, { title: "NAME" }, { title: "SERVICE ACCOUNT" }, { title: "CREATED", whole: true, spare: 1 }, { title: "RESULT", whole: true }, { title: "DETAIL", whole: true }],
    rows: rows.map(({ finding: { key, serviceAccount }, result, newKeyId, trouble, why }) => [
      cell(key.id),
      optional(key.name),
      cell(serviceAccount.name),
      instant(key.createdAt, "-"),
      cell(result, tones[result]),
      optional([...(newKeyId === undefined ? [] : [`new key ${newKeyId}`]), trouble?.message ?? why ?? []].flat().join("; ")),
    ]),
    whenEmpty: "No key is older.",
  };
}
