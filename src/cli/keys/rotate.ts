import type { RotationResult, ServiceAccountKey } from "keylight";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { CliError, failed, interrupted, saysOnlyInterrupted, troubleOf, usage } from "../failure.ts";
import { cell, line, type Outcome } from "../outcome.ts";
import { keyData } from "../service-accounts/view.ts";
import { keyFields } from "./create.ts";
import { lookedAfter } from "./lost.ts";
import { rotateMany } from "./rotate-many.ts";
import { sinkOf, type OpenSink, type Purpose, type Sink, type SinkOptions } from "./sink.ts";

export interface RotateCommandOptions extends SinkOptions {
  readonly serviceAccount?: string;
  /** Milliseconds. */
  readonly olderThan?: number;
  readonly account?: string;
  readonly name?: string;
  readonly expires?: Date | "never";
  readonly verify: boolean;
  readonly dryRun?: boolean;
  readonly failFast?: boolean;
  readonly yes?: boolean;
}

export async function rotate(context: Context, id: string | undefined, options: RotateCommandOptions): Promise<Outcome> {
  const { olderThan, serviceAccount } = options;
  if (id !== undefined && olderThan !== undefined) throw usage("a key and --older-than exclude each other", "Name the key, or say how old the keys are.");
  if (olderThan !== undefined) {
    return rotateMany(context, options, olderThan);
  }
  if (id === undefined) throw usage("it must be said what to rotate", "Name a key, or all of some age: --older-than 90d.");
  if (serviceAccount === undefined) throw usage("it must be said whose key it is", "Give --service-account ID: `keylight keys list` shows it.");
  return rotateOne(context, id, serviceAccount, options);
}

async function rotateOne(context: Context, id: string, serviceAccountId: string, options: RotateCommandOptions): Promise<Outcome> {
  if (options.account !== undefined || options.failFast === true) throw usage("--account and --fail-fast go with --older-than", "Leave them out.");
  const plan = { oldKeyId: id, serviceAccountId };
  if (options.dryRun === true) return { data: { dryRun: true, ...plan }, view: [{ kind: "lines", lines: [line(cell(`Would rotate the key ${id} of ${serviceAccountId}.`))] }] };
  const open = sinkOf(options);
  await confirm(context, `Rotate the key ${id}? The old one stops working.`, options.yes);
  const old = await keyOf(context, id, serviceAccountId);
  const { key, oldKeyRevoked, sink } = await replace(context, open, plan, { ...options, old });
  return {
    data: options.print === true ? undefined : { key: keyData(key), ...plan, oldKeyRevoked, stored: sink.place },
    view: options.print === true ? [] : [keyFields(key)],
    notes: [`The key ${id} has been replaced by ${key.id}. ${sink.told}`],
    failure: oldKeyRevoked === true ? undefined : oldOneStays(id, oldKeyRevoked),
  };
}

/** The key to be replaced, as the list of keys has it. @throws NotFoundError for an unknown service account. */
async function keyOf(context: Context, id: string, serviceAccountId: string): Promise<ServiceAccountKey | undefined> {
  const client = await context.client();
  const keys = await client.serviceAccounts.keys.list(serviceAccountId, context.call);
  // Its id may be given as a number, which ends the text that a global id encodes.
  return keys.find((key) => key.id === id || /\d+$/.exec(Buffer.from(key.id, "base64").toString())?.[0] === id);
}

/** Until when a new key is to live. By itself as long as the old one: a rotation must not make a key that ends into one that does not. */
function endOf({ expires, old }: Pick<Wanted, "expires" | "old">): Date | undefined {
  if (expires !== undefined) return expires === "never" ? undefined : expires;
  if (old === undefined || old.expiresAt === null) return undefined;
  return new Date(Date.now() + Date.parse(old.expiresAt) - Date.parse(old.createdAt));
}

interface Wanted extends Pick<RotateCommandOptions, "name" | "expires" | "verify"> {
  readonly old: ServiceAccountKey | undefined;
}

/** The new key is where it should be, and works; but so does the old one, perhaps. */
export function oldOneStays(id: string, revoked: false | "unknown"): CliError {
  const message = revoked === false ? `the new key is in its place, but the old key ${id} was not revoked` : `the new key is in its place, but it is not known whether the old key ${id} was revoked`;
  return failed("OLD_KEY_NOT_REVOKED", message, `Revoke it by hand: keylight keys revoke ${id}`, { oldKeyId: id, oldKeyRevoked: revoked });
}

/**
 * Rotates one key into a place of its own.
 *
 * @throws when the old key is still the one to use.
 */
export async function replace(
  context: Context,
  open: OpenSink,
  purpose: Purpose & { readonly oldKeyId: string },
  wanted: Wanted,
): Promise<RotationResult & { readonly sink: Sink }> {
  const client = await context.client();
  const { name, verify } = wanted;
  const expiresAt = endOf(wanted);
  const sink = await open(context, purpose);
  try {
    const result = await client.serviceAccounts.keys.rotate(purpose.oldKeyId, {
      ...context.call,
      serviceAccountId: purpose.serviceAccountId,
      verify,
      store: (key) => sink.put(key),
      ...(name === undefined ? {} : { name }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    return { ...result, sink };
  } catch (error) {
    await sink.abandon();
    throw await keptOld(await lookedAfter(error, context), context.host.signal);
  }
}

/** Says what a failed place left behind: the rotation itself has seen to it, as far as it could. */
async function keptOld(error: unknown, signal: AbortSignal): Promise<unknown> {
  if (saysOnlyInterrupted(error, signal)) return interrupted("interrupted: the old key stays, and no new one is left", "Run the command again.");
  if (error instanceof AggregateError) {
    const { message } = await troubleOf(error.errors[0]);
    return failed("SINK_FAILED", `${message}. ${error.message}`, "Find it with `keylight keys list`, and revoke it with `keylight keys revoke ID`.", { oldKeyRevoked: false });
  }
  if (!(error instanceof CliError) || error.code !== "SINK_FAILED") return error;
  return failed(error.code, `${error.message}; the new key has been revoked again, and the old one stays`, error.hint, { oldKeyRevoked: false });
}
