import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { expect, onTestFinished, vi } from "vitest";
import { Client, memorySessionStore, type CreatedServiceAccountKey, type ServiceAccount } from "keylight";
import { createFakeLumar, type FakeLumar, type FakeLumarOptions } from "keylight/testing";
import { run } from "../../src/cli/run.ts";

export const day = 86_400_000;

/** A fake on a port of its own, and a folder to stand in. */
export interface Site {
  readonly fake: FakeLumar;
  readonly url: string;
  readonly directory: string;
  /** Variables of its Admin user. */
  readonly env: Readonly<Record<string, string>>;
  /** A client of the same user, to prepare and to look at things with. */
  readonly client: Client;
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "keylight-cli-"));
  // Who was killed may still write into it.
  onTestFinished(() => vi.waitFor(() => { rmSync(directory, { recursive: true, force: true }); }, { timeout: 5_000 }));
  return directory;
}

export async function siteOf(options: FakeLumarOptions = {}): Promise<Site> {
  const fake = createFakeLumar(options);
  const { url, close } = await fake.listen();
  const client = new Client({ env: {}, endpoint: url, userKey: fake.userKey, sessionStore: memorySessionStore() });
  onTestFinished(async () => {
    await client.close();
    await close();
  });
  const directory = temporaryDirectory();
  const { id, secret } = fake.userKey;
  const env = { LC_API_URL: url, LC_USER_KEY_ID: id, LC_USER_KEY_SECRET: secret, LC_CREDENTIALS_DIR: join(directory, "credentials") };
  return { fake, url, directory, env, client };
}

export interface Furnished extends Site {
  readonly serviceAccount: ServiceAccount;
  readonly key: CreatedServiceAccountKey;
}

/** The same, with a service account and a key of it. */
export async function furnished(options: FakeLumarOptions = {}): Promise<Furnished> {
  const site = await siteOf(options);
  const serviceAccount = await site.client.serviceAccounts.create({ accountId: site.fake.account.id, name: "CI", roleCode: "Viewer" });
  const key = await site.client.serviceAccounts.keys.create(serviceAccount.id, { name: "nightly" });
  return { ...site, serviceAccount, key };
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
  /** Columns of a terminal on both outputs; else they are pipes. */
  readonly columns?: number;
  /** What a person at a terminal types; undefined where there is no terminal to type at. */
  readonly types?: string;
  readonly signal?: AbortSignal;
  readonly node?: string;
  /** Takes the place of standard output. */
  readonly stdout?: Writable;
}

function collector(columns: number | undefined): { stream: Writable & { isTTY?: boolean; columns?: number }; text: () => string } {
  let text = "";
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, columns === undefined ? {} : { isTTY: true, columns }), text: () => text };
}

/** Runs the command in this process, with surroundings of its own. */
export async function keylight(args: readonly string[], { env = {}, directory = tmpdir(), columns, types, signal, node = "20.19.0", stdout: other }: Surroundings): Promise<Ran> {
  const stdout = collector(columns);
  const stderr = collector(types === undefined ? columns : (columns ?? 80));
  const stdin = Object.assign(new PassThrough(), { isTTY: types !== undefined });
  stdin.end(types ?? "");
  const code = await run({ args, env, directory, stdin, stdout: other ?? stdout.stream, stderr: stderr.stream, signal: signal ?? new AbortController().signal, node });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** Runs the command at a site; `extra` changes the surroundings. */
export function at(site: Site, args: readonly string[], extra: Surroundings = {}): Promise<Ran> {
  return keylight(args, { directory: site.directory, ...extra, env: { ...site.env, ...extra.env } });
}

/** What `--json` printed, from a run that must have gone well. */
export function dataOf({ code, stdout, stderr }: Ran) {
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
}

/** The secrets of a site, which must show nowhere. */
export function expectNoSecret({ stdout, stderr }: Pick<Ran, "stdout" | "stderr">, ...secrets: readonly string[]): void {
  for (const text of [stdout, stderr]) {
    expect(text).not.toMatch(/lmr_sa_\d/);
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
}

/** The keys of a service account that are not revoked. */
export async function liveKeys(site: Site, serviceAccountId: string): Promise<string[]> {
  return (await site.client.serviceAccounts.keys.list(serviceAccountId)).filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id);
}

/** What a service account key opens: its own account. */
export async function works(site: Site, apiKey: string): Promise<boolean> {
  const client = new Client({ env: {}, endpoint: site.url, apiKey });
  try {
    return (await client.accounts.get(site.fake.account.id)).id === site.fake.account.id;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
