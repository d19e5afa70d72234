import { createFakeServer, type FakeServer } from "../shared/fake-server.ts";
import { createRefuse } from "./answers.ts";
import { Grants } from "./grants.ts";
import { Jobs } from "./jobs.ts";
import { KeyStore, type FakeLuminaryKeys } from "./keys.ts";
import { originOf, resolveOptions, type FakeLuminaryOptions, type Settings } from "./options.ts";
import { createService, isServed, type Memory } from "./service.ts";
import { issueTokens } from "./token.ts";

/** An id and the name that goes with it. */
export interface FakeLuminaryObject {
  readonly id: string;
  readonly name: string;
}

/** A stateful stand-in for Luminary Cloud's REST API and its identity provider, made by {@link createFakeLuminary}. */
export interface FakeLuminary extends FakeServer {
  /** The host of the API. A listening server is both hosts, and found under its own URL. */
  readonly domain: string;
  /** What an interactive login has to be configured with. */
  readonly auth: { readonly domain: string; readonly clientId: string; readonly audience: string };
  /** The active API key that exists from the start. */
  readonly apiKey: string;
  /** What a person does with API keys in the web application. */
  readonly apiKeys: FakeLuminaryKeys;
  /** The pipeline that exists from the start. */
  readonly pipeline: FakeLuminaryObject;
  /** The pipeline's job, which has one run. */
  readonly pipelineJob: FakeLuminaryObject;
  /**
   * Makes another job.
   * @param input `pipelineId`: default {@link FakeLuminary.pipeline}; `name`: default a made-up one; `runs`: how many, default 1.
   * @throws Error if there is no such pipeline.
   */
  createPipelineJob(input?: { readonly pipelineId?: string; readonly name?: string; readonly runs?: number }): FakeLuminaryObject;
  /**
   * Says that the person approves a login. Each `approve` and `deny` is for one authorization, in the order of the calls; where
   * nothing was said, the person approves.
   * @param answer `state`: comes back instead of the request's own, as if an attacker had sent the callback.
   */
  approve(answer?: { readonly state?: string }): void;
  /**
   * Says that the person denies a login, or that it fails otherwise; see {@link FakeLuminary.approve}.
   * @param answer `error`: default `access_denied`; `description`: what is sent with it; `state`: as with `approve`.
   */
  deny(answer?: { readonly error?: string; readonly description?: string; readonly state?: string }): void;
  /** Logs in without a browser: a new login's tokens. The refresh token is empty where the option `offlineAccess` is false. */
  logIn(): { readonly accessToken: string; readonly refreshToken: string };
  /** Lets all access tokens of now be expired for the server, whatever their `exp` says. Refresh tokens stay good. */
  expireAccessTokens(): void;
  /** Ends all logins of now: their codes and refresh tokens are refused with `invalid_grant`. Access tokens stay good. */
  endLogins(): void;
}

/**
 * Makes a fake of Luminary Cloud that keeps API keys, logins, pipelines and jobs in memory.
 * @example
 * ```ts
 * const fake = createFakeLuminary();
 * const server = setupServer(...fake.handlers);
 * const client = new LuminaryClient({ apiKey: fake.apiKey });
 * ```
 */
export function createFakeLuminary(options: FakeLuminaryOptions = {}): FakeLuminary {
  const settings = resolveOptions(options);
  const { domain, authDomain, clientId, audience, now } = settings;
  const memory: Memory = { keys: new KeyStore(now), grants: new Grants(settings), jobs: new Jobs(now), decisions: [] };
  const origins = new Set([originOf(domain), originOf(authDomain)]);
  const place = { urls: [...origins].map((origin) => `${origin}/*`), path: "", serves: isServed };
  const pipeline = memory.jobs.addPipeline({ name: "Example pipeline" });
  return Object.assign(createFakeServer(createService(settings, memory, createRefuse(settings)), place), {
    domain,
    auth: { domain: authDomain, clientId, audience },
    apiKey: memory.keys.create({ name: "Example key" }).key,
    apiKeys: createKeys(memory.keys),
    pipeline: shown(pipeline),
    pipelineJob: shown(memory.jobs.addJob(pipeline.id, "Example job", 1)),
    ...createControls(settings, memory, pipeline.id),
  });
}

// Functions without `this`, which can be handed on one by one.
function createKeys(keys: KeyStore): FakeLuminaryKeys {
  return {
    create: (input) => keys.create(input),
    list: () => keys.list(),
    revoke: (id) => keys.revoke(id),
    delete: (id) => {
      keys.delete(id);
    },
  };
}

type Controls = Pick<FakeLuminary, "createPipelineJob" | "approve" | "deny" | "logIn" | "expireAccessTokens" | "endLogins">;

function createControls(settings: Settings, { grants, jobs, decisions }: Memory, firstPipeline: string): Controls {
  return {
    createPipelineJob: ({ pipelineId = firstPipeline, name = "Another job", runs = 1 } = {}) => {
      if (!jobs.hasPipeline(pipelineId)) throw new Error(`There is no pipeline ${pipelineId}.`);
      return shown(jobs.addJob(pipelineId, name, runs));
    },
    approve: ({ state } = {}) => {
      decisions.push(state === undefined ? {} : { state });
    },
    deny: (answer) => {
      decisions.push({ error: "access_denied", description: "User did not authorize the request.", ...answer });
    },
    logIn: () => {
      const scopes = ["openid", "profile", "email", "offline_access"];
      const issued = issueTokens({ settings, grants }, grants.logIn(scopes), `${originOf(settings.authDomain)}/`, true);
      return { accessToken: issued.access_token, refreshToken: issued.refresh_token ?? "" };
    },
    expireAccessTokens: () => {
      grants.expireAccessTokens();
    },
    endLogins: () => {
      grants.endLogins();
    },
  };
}

function shown({ id, name }: FakeLuminaryObject): FakeLuminaryObject {
  return { id, name };
}
