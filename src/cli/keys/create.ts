import type { Client, CreatedServiceAccountKey } from "keylight";
import type { Context } from "../context.ts";
import { failed, troubleOf, type CliError } from "../failure.ts";
import { cell, instant, optional, type Block, type Outcome } from "../outcome.ts";
import { keyData } from "../service-accounts/view.ts";
import { lookedAfter } from "./lost.ts";
import { sinkOf, type SinkOptions } from "./sink.ts";

export interface CreateKeyOptions extends SinkOptions {
  readonly serviceAccount: string;
  readonly name?: string;
  readonly expires?: Date | "never";
}

export async function create(context: Context, options: CreateKeyOptions): Promise<Outcome> {
  const { serviceAccount, name, expires } = options;
  const open = sinkOf(options);
  const client = await context.client();
  const sink = await open(context, { serviceAccountId: serviceAccount });
  const input = { ...(name === undefined ? {} : { name }), ...(expires === undefined || expires === "never" ? {} : { expiresAt: expires }) };
  let key: CreatedServiceAccountKey;
  try {
    key = await client.serviceAccounts.keys.create(serviceAccount, input, context.call);
  } catch (error) {
    await sink.abandon();
    throw await lookedAfter(error, context);
  }
  try {
    await sink.put(key);
  } catch (error) {
    await sink.abandon();
    throw await takenBack(client, key, error);
  }
  return made(key, { serviceAccountId: serviceAccount, stored: sink.place }, options.print === true, sink.told);
}

/** Revokes a key that did not get to where it was to go. Not by the signal of the run, which may be why. */
async function takenBack(client: Client, { id }: CreatedServiceAccountKey, error: unknown): Promise<CliError> {
  const { message, hint } = await troubleOf(error);
  try {
    await client.serviceAccounts.keys.revoke(id);
  } catch {
    return failed("SINK_FAILED", `${message}, and the new key ${id} could not be revoked again`, `Revoke it by hand: keylight keys revoke ${id}`, { keyId: id, revoked: false });
  }
  return failed("SINK_FAILED", `${message}; the new key ${id} has been revoked again`, hint, { keyId: id, revoked: true });
}

/** What there is to say of a new key. A printed key leaves standard output to itself. */
function made(key: CreatedServiceAccountKey, facts: Readonly<Record<string, unknown>>, printed: boolean, told: string): Outcome {
  const data = keyData(key);
  if (printed) return { data: undefined, view: [], notes: [`Created the key ${key.id}. ${told}`] };
  return { data: { key: data, ...facts }, view: [keyFields(key)], notes: [told] };
}

export function keyFields({ id, name, createdAt, expiresAt }: CreatedServiceAccountKey): Block {
  return {
    kind: "fields",
    fields: [
      ["Key", cell(id)],
      ["Name", optional(name)],
      ["Created", instant(createdAt, "-")],
      ["Expires", instant(expiresAt, "never")],
    ],
  };
}
