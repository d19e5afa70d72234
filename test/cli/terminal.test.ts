/** A person's session in a real terminal, wide and narrow, with and without colours. docs/cli-session.md shows it. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { plantsLeaks } from "../oracle/oracle.ts";
import { binFolder, missing, variables } from "./process.ts";
import { siteOf, type Site } from "./support.ts";

const noTmux = missing("tmux");

interface Pane {
  /** Types a line, answers the question that comes, and gives what the terminal shows of it. */
  run(line: string, answer?: string): Promise<string>;
  /** What the terminal shows, with its colours as escape sequences. */
  colored(): string;
}

let panes = 0;

/** A terminal of this width, with a shell in it. */
async function paneOf(site: Site, columns: number): Promise<Pane> {
  const socket = `keylight-${process.pid}-${(panes += 1)}`;
  const bin = await binFolder();
  const env = variables(bin, site);
  // A shell that is killed would write its history into a folder that is going.
  writeFileSync(join(bin, "rc"), "PS1='$ '\nunset HISTFILE\n");
  const tmux = (...args: string[]): string => {
    const { stdout, status, stderr } = spawnSync("tmux", ["-L", socket, "-f", "/dev/null", ...args], { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`tmux ${args[0] ?? ""}: ${stderr}`);
    return stdout;
  };
  tmux("new-session", "-d", "-x", String(columns), "-y", "200", "-c", site.directory, `bash --noprofile --rcfile ${join(bin, "rc")}`);
  onTestFinished(() => void spawnSync("tmux", ["-L", socket, "kill-server"]));
  const shown = (): string => tmux("capture-pane", "-p").trimEnd();
  const until = (wanted: RegExp): Promise<void> => expect.poll(shown, { timeout: 15_000, interval: 30 }).toMatch(wanted);
  await until(/^\$$/);
  return {
    run: async (line, answer) => {
      // Clears the screen, and shows the prompt again.
      tmux("send-keys", "C-l");
      await until(/^\$$/);
      tmux("send-keys", "-l", line);
      tmux("send-keys", "Enter");
      if (answer !== undefined) {
        await until(/Type y to go on:$/);
        tmux("send-keys", "-l", answer);
        tmux("send-keys", "Enter");
      }
      // The next prompt.
      await until(/\n\$$/);
      return shown().replace(/\n\$$/, "").replace(/ +$/gm, "");
    },
    colored: () => tmux("capture-pane", "-p", "-e"),
  };
}

const today = new Date().toISOString().slice(0, 10);
const secret = /lmr_sa_\d/;

/** The same on every machine, in every run. */
const steady = (text: string, site: Site): string => text.replaceAll(site.url, "http://127.0.0.1:4000/graphql").replace(/in \d+ ms/g, "in 12 ms").replace(/(keylight|Node): [\d.]+$/gm, (_, name: string) => `${name}: ${name === "Node" ? "20.19.0" : "0.1.0"}`).replaceAll(today, "2026-11-28");

describe.skipIf(noTmux)("a session in a terminal", { timeout: 60_000 }, () => {
  test("looks as docs/cli-session.md shows it", async () => {
    plantsLeaks();
    const site = await siteOf();
    const wide = await paneOf(site, 110);
    const shots: string[] = [];
    const shoot = async (pane: Pane, line: string, answer?: string): Promise<string> => {
      const text = steady(await pane.run(line, answer), site);
      expect(text).not.toMatch(secret);
      shots.push(text);
      return text;
    };
    const section = (title: string): void => void shots.push(`\n## ${title}\n`);
    section("Wide");
    await shoot(wide, "keylight doctor");
    const created = await shoot(wide, "keylight service-accounts create --name 'Nightly import' --role Viewer");
    const id = /^Id +(\S+)/m.exec(created)?.[1] ?? "";
    const key = /^Key +(\S+)/m.exec(await shoot(wide, `keylight keys create --service-account ${id} --name nightly --expires 2099-01-31 --out nightly.key`))?.[1] ?? "";
    await shoot(wide, "ls -l nightly.key | cut -c1-10");
    await shoot(wide, "keylight keys list");
    await shoot(wide, `keylight keys create --service-account ${id} --out nightly.key`);
    await shoot(wide, `keylight keys rotate ${key} --service-account ${id} --out new.key`, "y");
    await shoot(wide, "keylight keys revoke 999", "n");
    await shoot(wide, "keylight keys audit --max-age 0");
    section("In a pipe");
    await shoot(wide, "keylight keys list | cut -c1-70");
    await shoot(wide, "keylight keys list --active --json | head -3");
    const narrow = await paneOf(site, 72);
    section("Narrower");
    await shoot(narrow, "keylight keys list --active");
    const narrowest = await paneOf(site, 44);
    section("Narrowest");
    await shoot(narrowest, "keylight keys list --active");
    const text = shots.map((shot) => (shot.startsWith("\n##") ? shot : `\n\`\`\`console\n${shot}\n\`\`\`\n`)).join("");
    await expect(`# A session\n\nAs a terminal shows it; a test makes this page, from a fake server.\n${text}`).toMatchFileSnapshot("../../docs/cli-session.md");
  });

  test("is coloured, unless NO_COLOR says otherwise", async () => {
    const site = await siteOf();
    await site.client.serviceAccounts.create({ accountId: site.fake.account.id, name: "CI", roleCode: "Viewer" });
    const pane = await paneOf(site, 100);
    await pane.run("keylight service-accounts list");
    expect(pane.colored()).toContain("\u001B[32myes");
    await pane.run("NO_COLOR=1 keylight service-accounts list");
    expect(pane.colored()).not.toContain("\u001B[32m");
    expect(pane.colored()).toContain("yes");
  });

  test("is not played with by names", async () => {
    const site = await siteOf();
    await site.client.serviceAccounts.create({ accountId: site.fake.account.id, name: "\u001B[2J\u001B[1;1Howned \u001B]0;title\u0007\u202Egnp", roleCode: "Viewer" });
    const pane = await paneOf(site, 100);
    const text = await pane.run("keylight service-accounts list");
    expect(text.split("\n")).toHaveLength(3);
    expect(text).toMatch(/^\$ keylight service-accounts list\nID +NAME/);
    expect(text).toContain("owned gnp");
  });

  test("completes at the tab key", async () => {
    const site = await siteOf();
    const pane = await paneOf(site, 100);
    writeFileSync(join(site.directory, "start"), 'eval "$(keylight completion bash)"\n');
    await pane.run(". ./start");
    expect(await pane.run("keylight who\t")).toContain("Example account");
  });
});
