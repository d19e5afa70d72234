import { Command, Option } from "commander";
import { examples, type Act } from "../act.ts";
import type { Changes } from "./change.ts";
import type { CreateOptions } from "./create.ts";
import type { ListOptions } from "./list.ts";

const roles = (flags: string): Option => new Option(flags, "what it may do").choices(["Admin", "Editor", "Viewer"]);
const ofAccount = ["--account <id>", "of which account (LC_ACCOUNT_ID, else the only one)"] as const;

export function serviceAccountsCommand(act: Act): Command {
  const group = new Command("service-accounts").alias("sa").summary("identities for programs").description("Service accounts: identities for programs. Changing them takes a user key of an Admin.");
  for (const make of [list, get, create, update, enable, disable, remove]) group.addCommand(make(act));
  return group;
}

function list(act: Act): Command {
  const command = new Command("list")
    .summary("list service accounts")
    .description("Lists the service accounts of an account.")
    .option(...ofAccount)
    .option("--all-accounts", "of all accounts that you can see")
    .action((options: ListOptions, self: Command) => act(self, async (context) => (await import("../work.ts")).listServiceAccounts(context, options)));
  return examples(command, ["keylight service-accounts list --account 715", "those of one account"], ["keylight service-accounts list --all-accounts --json | jq length", "how many there are"]);
}

function get(act: Act): Command {
  const command = new Command("get")
    .summary("show one, with its keys")
    .description("Shows a service account and its keys.")
    .argument("<id>", "id of the service account")
    .action((id: string, _options: object, self: Command) => act(self, async (context) => (await import("../work.ts")).get(context, id)));
  return examples(command, ["keylight service-accounts get 42", "one, with its keys"]);
}

function create(act: Act): Command {
  const command = new Command("create")
    .summary("create one")
    .description("Creates a service account. It has no key yet: `keylight keys create` makes one.")
    .requiredOption("--name <name>", "1 to 255 characters")
    .addOption(roles("--role <role>").makeOptionMandatory())
    .option("--description <text>", "what it is for")
    .option(...ofAccount)
    .action((options: CreateOptions, self: Command) => act(self, async (context) => (await import("../work.ts")).createServiceAccount(context, options)));
  return examples(command, ["keylight service-accounts create --name CI --role Viewer", "one that may read"]);
}

function update(act: Act): Command {
  const command = new Command("update")
    .summary("change name, role or description")
    .description("Changes what is named, and leaves the rest.")
    .argument("<id>", "id of the service account")
    .option("--name <name>", "1 to 255 characters")
    .addOption(roles("--role <role>"))
    .option("--description <text>", "what it is for; an empty text clears it")
    .action((id: string, options: Changes, self: Command) => act(self, async (context) => (await import("../work.ts")).update(context, id, options)));
  return examples(command, ["keylight service-accounts update 42 --role Editor", "another role"], ["keylight service-accounts update 42 --description \"\"", "no description"]);
}

function enable(act: Act): Command {
  const command = new Command("enable")
    .summary("let its keys work again")
    .description("Lets the keys of a service account work again.")
    .argument("<id>", "id of the service account")
    .action((id: string, _options: object, self: Command) => act(self, async (context) => (await import("../work.ts")).enable(context, id)));
  return examples(command, ["keylight service-accounts enable 42", "switch it on"]);
}

function disable(act: Act): Command {
  const command = new Command("disable")
    .summary("stop its keys")
    .description("Stops all keys of a service account until it is enabled again.")
    .argument("<id>", "id of the service account")
    .option("--yes", "do not ask")
    .action((id: string, options: { yes?: boolean }, self: Command) => act(self, async (context) => (await import("../work.ts")).disable(context, id, options)));
  return examples(command, ["keylight service-accounts disable 42", "asks first"], ["keylight service-accounts disable 42 --yes", "in a script"]);
}

function remove(act: Act): Command {
  const command = new Command("delete")
    .summary("delete one, with its keys")
    .description("Deletes a service account, and with it all its keys.")
    .argument("<id>", "id of the service account")
    .option("--yes", "do not ask")
    .action((id: string, options: { yes?: boolean }, self: Command) => act(self, async (context) => (await import("../work.ts")).remove(context, id, options)));
  return examples(command, ["keylight service-accounts delete 42", "asks first"], ["keylight service-accounts delete 42 --yes", "in a script"]);
}
