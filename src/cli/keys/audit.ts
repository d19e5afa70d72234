import type { AuditOptions, KeyFinding, KeyIssue } from "keylight";
import { accountIdOf, eachAccount, type AccountOption } from "../account.ts";
import type { Context } from "../context.ts";
import { failed, usage } from "../failure.ts";
import { cell, instant, optional, type Block, type Outcome, type Tone } from "../outcome.ts";
import { keyData } from "../service-accounts/view.ts";

export interface AuditCommandOptions extends AccountOption {
  readonly allAccounts?: boolean;
  readonly unusedFor?: number;
  readonly expiringWithin?: number;
  readonly maxAge?: number;
  readonly failOnFindings?: boolean;
}

export async function audit(context: Context, options: AuditCommandOptions): Promise<Outcome> {
  const findings = await findingsOf(context, options);
  const count = findings.length;
  const fails = options.failOnFindings === true && count > 0;
  return {
    data: findings.map(({ serviceAccount: { id, name, enabled }, key, issues }) => ({ serviceAccount: { id, name, enabled }, key: keyData(key), issues })),
    view: [table(findings)],
    failure: fails ? failed("FINDINGS", `${count} ${count === 1 ? "key wants" : "keys want"} attention`, "Rotate, revoke or delete them: `keylight keys --help`.", { count }) : undefined,
  };
}

async function findingsOf(context: Context, options: AuditCommandOptions): Promise<readonly KeyFinding[]> {
  const { unusedFor, expiringWithin, maxAge } = options;
  const limits: AuditOptions = {
    ...context.call,
    ...(unusedFor === undefined ? {} : { unusedForDays: unusedFor }),
    ...(expiringWithin === undefined ? {} : { expiringWithinDays: expiringWithin }),
    ...(maxAge === undefined ? {} : { maxAgeDays: maxAge }),
  };
  if (options.allAccounts === true) {
    if (options.account !== undefined) throw usage("--account and --all-accounts exclude each other", "Give one of them.");
    return eachAccount(context, "Audit", (account, client) => client.serviceAccounts.keys.audit(account.id, limits));
  }
  const id = await accountIdOf(context, options);
  const client = await context.client();
  return client.serviceAccounts.keys.audit(id, limits);
}

const tones: Readonly<Record<KeyIssue, Tone>> = {
  expired: "bad",
  expiring: "attention",
  old: "attention",
  unused: "attention",
  "never-used": "attention",
  "no-expiry": "faint",
  "disabled-account": "faint",
};

const worst = (issues: readonly KeyIssue[]): Tone =>
  (["bad", "attention", "faint"] as const).find((tone) => issues.some((issue) => tones[issue] === tone)) ?? "faint";

function table(findings: readonly KeyFinding[]): Block {
  return {
    kind: "table",
    columns: [
      { title: "KEY", whole: true },
      { title: "NAME" },
      { title: "SERVICE ACCOUNT" },
      { title: "ISSUES" },
      { title: "CREATED", whole: true, spare: 1 },
      { title: "LAST USED", whole: true, spare: 2 },
      { title: "EXPIRES", whole: true, spare: 3 },
    ],
    rows: findings.map(({ key, serviceAccount, issues }) => [
      cell(key.id),
      optional(key.name),
      cell(serviceAccount.name),
      cell(issues.join(", "), worst(issues)),
      instant(key.createdAt, "-"),
      instant(key.lastUsedAt, "never"),
      instant(key.expiresAt, "never"),
    ]),
    whenEmpty: "No key wants attention.",
  };
}
