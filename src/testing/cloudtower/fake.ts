import { createFakeServer, type Place } from "../shared/fake-server.ts";
import { createRefuse } from "./answers.ts";
import { createControls } from "./controls.ts";
import { createLogIn, type FakeCloudTowerLogin } from "./login.ts";
import { resolveOptions, type FakeCloudTowerOptions } from "./options.ts";
import { createOperations } from "./rest-operations.ts";
import { createService } from "./service.ts";
import { State } from "./state.ts";
import type { FakeCloudTower } from "./surface.ts";
import { newVm } from "./vms.ts";
import type { Workshop } from "./workshop.ts";

/**
 * Makes a fake CloudTower server that keeps users, tokens, API keys and virtual machines in memory. Its GraphQL API needs the
 * package graphql, 16 or 17.
 * @example
 * ```ts
 * const fake = createFakeCloudTower();
 * const server = setupServer(...fake.handlers);
 * const client = new CloudTowerClient({ endpoint: fake.endpoint, login: fake.user });
 * ```
 */
export function createFakeCloudTower(options: FakeCloudTowerOptions = {}): FakeCloudTower {
  const settings = resolveOptions(options);
  const { endpoint } = settings;
  const state = new State(settings);
  state.vms.push(newVm("vm-1"), newVm("vm-2"));
  const logins: FakeCloudTowerLogin[] = [];
  const workshop: Workshop = { state, settings, refuse: createRefuse(settings), logIn: createLogIn(state, settings, logins) };
  const operations = createOperations(workshop);
  const prefix = new URL(endpoint).pathname.replace(/\/$/, "");
  const place: Place = { urls: [`${endpoint}/*`], path: prefix, serves: (path) => path.startsWith(`${prefix}/`) };
  const rest = { endpoint, logins, strategies: state.strategies, vms: state.vms };
  return Object.assign(createFakeServer(createService(workshop, operations, prefix), place), rest, createControls(state, operations));
}
