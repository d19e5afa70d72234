import { resolve } from "node:path";
import { Client, fileSessionStore, type CredentialOrigin, type RequestOptions, type SessionStore, type StoredSession } from "keylight";
import { usage } from "./failure.ts";
import type { Host } from "./host.ts";
import { readSecretFile } from "./secret-file.ts";
import type { Terminal } from "./show/terminal.ts";
import { readVariables, type Variables } from "./variables.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  readonly endpoint?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly apiKeyFile?: string;
  readonly dotenv?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly color?: boolean;
}

/** What a command works with. */
export interface Context {
  readonly host: Host;
  readonly options: GlobalOptions;
  readonly variables: Variables;
  readonly terminal: Terminal;
  /** For each call. */
  readonly call: RequestOptions;
  /** Made when it is first asked for. @throws ConfigurationError for what is wrong with options and variables. */
  readonly client: () => Promise<Client>;
  /** Which credential the client would use. */
  readonly credential: () => Promise<CredentialOrigin | undefined>;
  /** The service account key that is in use, if one is. */
  readonly apiKey: () => Promise<string | undefined>;
  /** What was seen of the store of sessions. */
  readonly kept: Kept;
  readonly close: () => Promise<void>;
}

export interface Kept {
  /** The session that was last read or written. */
  session?: StoredSession | undefined;
  /** Why the last one could not be read or written. */
  trouble?: unknown;
}

export async function createContext(host: Host, options: GlobalOptions, terminal: Terminal): Promise<Context> {
  const variables = await readVariables(host, options.dotenv);
  terminal.hide(variables.all);
  const kept: Kept = {};
  let made: Promise<Client> | undefined;
  let key: Promise<string> | undefined;
  const fileKey = (): Promise<string> | undefined => {
    if (options.apiKeyFile !== undefined) key ??= readSecretFile(resolve(host.directory, options.apiKeyFile), "--api-key-file");
    return key;
  };
  const client = (): Promise<Client> => (made ??= createClient({ host, options, variables, terminal }, fileKey(), kept));
  return {
    host,
    options,
    variables,
    terminal,
    call: { signal: host.signal },
    client,
    credential: async () => (await client()).explain("query Who { __typename }").credential,
    apiKey: async () => (await fileKey()) ?? variables.get("LC_API_KEY"),
    kept,
    close: async () => {
      await (await made?.catch(() => undefined))?.close();
    },
  };
}

type Parts = Pick<Context, "host" | "options" | "variables" | "terminal">;

async function createClient(parts: Parts, fileKey: Promise<string> | undefined, kept: Kept): Promise<Client> {
  const { options, variables, terminal } = parts;
  const directory = variables.get("LC_CREDENTIALS_DIR");
  const apiKey = await fileKey;
  const log = (message: string, fields?: Record<string, unknown>): void => terminal.note(fields === undefined ? message : `${message} ${JSON.stringify(fields)}`);
  const client = new Client({
    env: variables.all,
    sessionStore: watched(fileSessionStore(directory === undefined ? {} : { directory }), kept),
    clientName: "keylight-cli",
    logger: { error: log, warn: log, info: log, debug: log },
    ...(options.debug === true ? { logLevel: "debug" } : {}),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  refuseForeignEndpoint(parts, client.explain("query Who { __typename }").credential);
  return client;
}

/** A store that tells what it gave and took: how old a session is, and whether it is kept, people may want to know. */
function watched(store: SessionStore, kept: Kept): SessionStore {
  const noticed = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      kept.trouble = error;
      throw error;
    }
  };
  return {
    get: async (key) => {
      const session = await noticed(store.get(key));
      kept.session = session ?? kept.session;
      return session;
    },
    set: (key, session) => {
      kept.session = session;
      return noticed(store.set(key, session));
    },
    delete: (key, ifToken) => noticed(store.delete(key, ifToken)),
    ...(store.withLock === undefined ? {} : { withLock: store.withLock.bind(store) }),
  };
}

/**
 * The `.env` of a directory that somebody else has made must not send the user's own credential to a server of its
 * choice.
 */
function refuseForeignEndpoint({ options, variables }: Parts, credential: CredentialOrigin | undefined): void {
  const { file } = variables;
  if (options.endpoint !== undefined || file === undefined || file.asked || variables.originOf("LC_API_URL") !== "env-file") return;
  const names = credential?.source.match(/[A-Z_]{3,}/g) ?? [];
  const own = credential?.source.startsWith("option") === true || names.some((name) => variables.originOf(name) === "environment");
  if (!own) return;
  throw usage(
    "LC_API_URL comes from .env of this directory, but the credential does not: it is not sent to a server that a file names by itself",
    "If that is what you want, say so: --dotenv .env, or --endpoint URL.",
  );
}
