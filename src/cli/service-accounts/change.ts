import type { RoleCode, ServiceAccount } from "keylight";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { line, type Outcome } from "../outcome.ts";
import { serviceAccountData, serviceAccountFields, statusOf } from "./view.ts";

export interface Changes {
  readonly name?: string;
  readonly role?: RoleCode;
  readonly description?: string;
}

const shown = (changed: ServiceAccount): Outcome => ({ data: serviceAccountData(changed), view: [serviceAccountFields(changed)] });

export async function update(context: Context, id: string, { name, role, description }: Changes): Promise<Outcome> {
  if (name === undefined && role === undefined && description === undefined) throw usage("no change is named", "Give at least one of --name, --role and --description.");
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { roleCode: role }),
    ...(description === undefined ? {} : { description: description === "" ? null : description }),
  };
  const client = await context.client();
  return shown(await client.serviceAccounts.update(id, changes, context.call));
}

export async function enable(context: Context, id: string): Promise<Outcome> {
  const client = await context.client();
  return shown(await client.serviceAccounts.enable(id, context.call));
}

interface Yes {
  readonly yes?: boolean;
}

export async function disable(context: Context, id: string, { yes }: Yes): Promise<Outcome> {
  await confirm(context, await question(context, "Disable", id, yes), yes);
  const client = await context.client();
  return shown(await client.serviceAccounts.disable(id, context.call));
}

export async function remove(context: Context, id: string, { yes }: Yes): Promise<Outcome> {
  await confirm(context, await question(context, "Delete", id, yes), yes);
  const client = await context.client();
  const deleted = await client.serviceAccounts.delete(id, context.call);
  return { data: { id: deleted.id, deleted: true }, view: [{ kind: "lines", lines: [line(`Deleted ${deleted.id}, and all its keys.`)] }] };
}

/** Says what would be hit, where there is somebody to read it. */
async function question({ host, client, call }: Context, verb: string, id: string, yes: boolean | undefined): Promise<string> {
  if (yes === true || host.stdin.isTTY !== true || host.stderr.isTTY !== true) return "";
  const { name, keys } = await (await client()).serviceAccounts.get(id, call);
  const active = keys.filter((key) => statusOf(key) === "active").length;
  return `${verb} the service account "${name}" (${id})? ${active === 1 ? "Its active key stops" : `Its ${active} active keys stop`} working.`;
}
