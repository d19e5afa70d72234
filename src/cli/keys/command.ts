import { Command, Option } from "commander";
import { examples, type Act } from "../act.ts";
import { days, duration, expiry } from "../duration.ts";
import type { AuditCommandOptions } from "./audit.ts";
import type { CreateKeyOptions } from "./create.ts";
import type { ListKeysOptions } from "./list.ts";
import type { RotateCommandOptions } from "./rotate.ts";

const ofAccount = ["--account <id>", "of which account (LC_ACCOUNT_ID, else the only one)"] as const;

export function keysCommand(act: Act): Command {
  const group = new Command("keys").summary("keys of service accounts").description("Keys of service accounts. Changing them takes a user key of an Admin.");
  for (const make of [list, create, revoke, rotate, audit]) group.addCommand(make(act));
  return group;
}

/** Where the secret of a new key goes. */
function withSink(command: Command): Command {
  return command
    .option("--out <file>", "write the key into a new file that only you can read (mode 0600)")
    .addOption(new Option("--format <format>", "of the file: the key alone, or a line for .env (default: raw)").choices(["raw", "env"]))
    .option("--exec <command>", "run this by the shell, with the key on its standard input")
    .option("--print", "print the key on standard output");
}

function list(act: Act): Command {
  const command = new Command("list")
    .summary("list keys")
    .description("Lists keys, never with their secrets.")
    .option("--service-account <id>", "those of one service account")
    .option(...ofAccount)
    .option("--all-accounts", "of all accounts that you can see")
    .option("--active", "only keys that are neither revoked nor expired")
    .action((options: ListKeysOptions, self: Command) => act(self, async (context) => (await import("../work.ts")).listKeys(context, options)));
  return examples(command, ["keylight keys list --service-account 42", "of one service account"], ["keylight keys list --account 715 --active", "all that work, of an account"]);
}

function create(act: Act): Command {
  const command = withSink(
    new Command("create")
      .summary("create a key")
      .description("Creates a key. Its secret is shown this once, so it must be said where it goes: --out, --exec or --print. When it does not get there, the key is revoked again.")
      .requiredOption("--service-account <id>", "whose key")
      .option("--name <name>", "1 to 255 characters")
      .option("--expires <when>", "a day, an instant, or a duration such as 90d (default: never)", expiry),
  ).action((options: CreateKeyOptions, self: Command) => act(self, async (context) => (await import("../work.ts")).createKey(context, options)));
  return examples(
    command,
    ["keylight keys create --service-account 42 --name nightly --expires 90d --out nightly.key", "into a file"],
    ["keylight keys create --service-account 42 --exec 'gh secret set LC_API_KEY'", "into the secrets of a repository"],
    ["key=$(keylight keys create --service-account 42 --print)", "into a variable of the shell"],
  );
}

function revoke(act: Act): Command {
  const command = new Command("revoke")
    .summary("end a key for good")
    .description("Ends a key for good. Revoking a revoked key succeeds.")
    .argument("<id>", "id of the key")
    .option("--yes", "do not ask")
    .action((id: string, options: { yes?: boolean }, self: Command) => act(self, async (context) => (await import("../work.ts")).revoke(context, id, options)));
  return examples(command, ["keylight keys revoke 2001", "asks first"], ["keylight keys revoke 2001 --yes", "in a script"]);
}

function rotate(act: Act): Command {
  const command = withSink(
    new Command("rotate")
      .summary("replace a key, or all of some age")
      .description(
        "Replaces a key: creates a new one, proves that it works, puts it where you say, and only then revokes the old one. When that fails, the new key is revoked and the old one stays. With --older-than: all such keys of an account, one after the other; --out must then hold {id}, which stands for the id of the key that is replaced. Keys that are expired, or of a disabled service account, are left alone.",
      )
      .argument("[id]", "id of the key; or --older-than")
      .option("--service-account <id>", "whose key it is; with --older-than: only keys of this one")
      .option("--older-than <duration>", "all keys made longer ago, such as 90d", duration)
      .option(...ofAccount)
      .option("--name <name>", "of the new key (default: that of the old one)")
      .option("--expires <when>", "of the new key: a day, an instant, a duration such as 90d, or never (default: after as long as the old one)", expiry)
      .option("--no-verify", "do not try the new key before the old one is revoked")
      .option("--dry-run", "show what would be done, and do nothing")
      .option("--fail-fast", "stop at the first key that cannot be rotated")
      .option("--yes", "do not ask"),
  ).action((id: string | undefined, options: RotateCommandOptions, self: Command) =>
    act(self, async (context) => (await import("../work.ts")).rotate(context, id, options)),
  );
  return examples(
    command,
    ["keylight keys rotate 2001 --service-account 42 --out new.key", "one key, into a file"],
    ["keylight keys rotate --older-than 90d --account 715 --dry-run", "what is due"],
    ["keylight keys rotate --older-than 90d --account 715 --expires 180d --out 'keys/{id}.key' --yes", "all that is due, each into a file of its own"],
    ["keylight keys rotate --older-than 90d --account 715 --exec 'vault kv put secret/$KEYLIGHT_SERVICE_ACCOUNT_ID key=-' --yes", "into a vault"],
  );
}

function audit(act: Act): Command {
  const command = new Command("audit")
    .summary("find keys that want attention")
    .description("Finds keys that want attention: never used, unused, expiring, expired, without an expiry, old, or of a disabled account.")
    .option(...ofAccount)
    .option("--all-accounts", "of all accounts that you can see")
    .option("--unused-for <days>", "unused for so long (default: 90)", days)
    .option("--expiring-within <days>", "at their end within so long (default: 14)", days)
    .option("--max-age <days>", "older than this (default: 365)", days)
    .option("--fail-on-findings", "exit with 1 when there are any, for CI")
    .action((options: AuditCommandOptions, self: Command) => act(self, async (context) => (await import("../work.ts")).audit(context, options)));
  return examples(command, ["keylight keys audit --account 715", "what wants attention"], ["keylight keys audit --account 715 --max-age 90 --fail-on-findings", "in CI"]);
}
