import type { Server } from "node:http";
import type { Around, FakeServer, Listening } from "keylight/testing";
import { createActions } from "./actions.ts";
import { Events } from "./events.ts";
import { builtPage } from "./files.ts";
import { fakeRefusal } from "./guard.ts";
import type { House } from "./house.ts";
import { openCloudTower } from "./houses/cloudtower.ts";
import { openLumar } from "./houses/lumar.ts";
import { openLuminary } from "./houses/luminary.ts";
import { openLumoAuth } from "./houses/lumoauth.ts";
import { RequestLog } from "./log.ts";
import { listenHere, portsFrom, portTrouble, SandboxError } from "./ports.ts";
import type { ServiceName } from "./protocol.ts";
import { createSite } from "./site.ts";
import { viewOf } from "./view.ts";

export interface SandboxOptions {
  /**
   * The page's port on 127.0.0.1; the four fakes listen on the next four.
   * @defaultValue 0: any free ones
   */
  readonly port?: number;
  /**
   * The folder of the built page.
   * @defaultValue `dist/sandbox` of the package
   */
  readonly page?: string;
}

/** Where one of the fakes is found, and with what. */
export interface SandboxService {
  readonly title: string;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  /** What to know before these variables are used together with those of other services. */
  readonly note?: string;
}

/** Four fakes that listen on 127.0.0.1, and a page that shows what they are asked. */
export interface Sandbox {
  /** The page. */
  readonly url: string;
  /** For the environment of programs that use any of the four services; see {@link SandboxService.note} for what is left out. */
  readonly env: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<ServiceName, SandboxService>>;
  readonly fakes: Readonly<Record<ServiceName, FakeServer>>;
  /** Ends all connections; nothing is left open. */
  close(): Promise<void>;
}

type Close = () => Promise<void>;

/**
 * Starts the sandbox. Needs the package graphql.
 * @throws {@link SandboxError} for a port that is taken, or if graphql is not installed.
 */
export async function startSandbox({ port = 0, page = builtPage() }: SandboxOptions = {}): Promise<Sandbox> {
  const closers: Close[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    return await start(portsFrom(port), page, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(nextPort: () => number, page: string, closers: Close[], close: Close): Promise<Sandbox> {
  const houses: House[] = [];
  const log = new RequestLog(houses);
  const view = () => viewOf(houses, log);
  const events = new Events(view);
  const pagePort = nextPort();
  const open = async (fake: FakeServer): Promise<Listening> => {
    const port = nextPort();
    return fake.listen({ port, around: guarded(() => events.changed()) }).catch((error: unknown) => {
      throw portTrouble(error, port);
    });
  };
  const opened = async <T extends House>(opening: Promise<T>): Promise<T> => {
    const house = await opening;
    houses.push(house);
    closers.push(house.close);
    return house;
  };
  const lumar = await opened(openLumar(open));
  await tryOut(lumar);
  for (const openHouse of [openCloudTower, openLumoAuth, openLuminary]) await opened(openHouse(open));
  const site = createSite({ folder: page, actions: createActions(houses, lumar, log), view, events });
  const url = await openPage(site, pagePort, events, closers);
  return { url, ...described(houses), close };
}

async function openPage(site: Server, pagePort: number, events: Events, closers: Close[]): Promise<string> {
  const port = await listenHere(site, pagePort).catch((error: unknown) => {
    throw portTrouble(error, pagePort);
  });
  closers.push(async () => {
    events.close();
    const closed = new Promise((resolve) => site.close(resolve));
    site.closeIdleConnections();
    // What still runs after the pages were told has had its time.
    setImmediate(() => site.closeAllConnections());
    await closed;
  });
  return `http://127.0.0.1:${String(port)}`;
}

/** Lets nothing pass that another site sent, and tells when a request has come and when it was answered. */
function guarded(changed: () => void): Around {
  return async (request, next) => {
    const { headers } = request;
    const refusal = fakeRefusal({ host: headers.get("host"), origin: headers.get("origin") }, Number(new URL(request.url).port));
    if (refusal !== undefined) return new Response(`${refusal}\n`, { status: 403, headers: { "content-type": "text/plain; charset=utf-8" } });
    changed();
    try {
      return await next(request);
    } finally {
      changed();
    }
  };
}

function described(houses: readonly House[]): Pick<Sandbox, "env" | "services" | "fakes"> {
  const each = <T>(of: (house: House) => T) => Object.fromEntries(houses.map((house) => [house.name, of(house)])) as Record<ServiceName, T>;
  const withoutClashes = ({ env, clash }: House): [string, string][] => Object.entries(env()).filter(([name]) => clash?.names.includes(name) !== true);
  return {
    env: Object.fromEntries(houses.flatMap(withoutClashes)),
    services: each(({ title, url, env, clash }) => ({ title, url, env: env(), ...(clash === undefined ? {} : { note: clash.note }) })),
    fakes: each(({ fake }) => fake),
  };
}

/** One request ahead, since a fake that lacks graphql says so only when it is asked. */
async function tryOut({ fake, url }: House): Promise<void> {
  try {
    await fake.handle(new Request(url, { method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"{ version }"}' }));
  } catch {
    throw new SandboxError("GRAPHQL_MISSING", "the sandbox needs the package graphql, 16 or 17", "Install it beside keylight: npm install graphql (with --global, where keylight is)");
  }
  fake.forgetRequests();
}
