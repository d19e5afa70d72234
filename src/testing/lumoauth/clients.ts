import { json } from "../shared/answer.ts";
import { given } from "../shared/settings.ts";
import type { Route } from "./call.ts";
import type { Fields } from "./fields.ts";
import type { Settings } from "./options.ts";
import type { ClientRecord, TenantRecord } from "./records.ts";
import { flawOf } from "./redirect-uris.ts";
import { Refusal } from "./refusal.ts";
import { actionRoute, createResourceRoutes, instant, named, type Resource } from "./resource.ts";
import { newClientSecret, type State } from "./state.ts";

const onlyOnce = "Store the secret securely. It will not be shown again.";

/** The resource of the OAuth clients. */
export function createClients(state: State): Resource<ClientRecord> {
  return {
    path: "clients",
    label: "OAuth client",
    idName: "client_id",
    all: ({ clients }) => clients.values(),
    find: (tenant, id) => tenant.clients.get(id) ?? clientById(tenant, id),
    view: clientView,
    searched: ({ name, clientId }) => [name, clientId],
    passes: () => true,
    create: (tenant, fields) => {
      const input = readClient(fields);
      const isConfidential = fields.flag("isConfidential") ?? true;
      const name = fields.required("name", input.name, "");
      const redirectUris = fields.required("redirectUris", input.redirectUris, []);
      fields.check();
      const record = state.addClient(tenant, { ...given(input), name, redirectUris, isConfidential });
      const { secret } = record;
      return secret === undefined ? { record } : { record, once: { secret, _note: onlyOnce } };
    },
    update: (client, _tenant, fields) => {
      const input = readClient(fields);
      fields.check();
      Object.assign(client, given(input));
    },
    delete: (client, { clients, tokens }) => {
      clients.delete(String(client.id));
      tokens.end((grant) => grant.client === client);
    },
  };
}

/** The endpoints of the OAuth clients. */
export function createClientRoutes(clients: Resource<ClientRecord>, settings: Settings): Route[] {
  const setActive = (isActive: boolean): Route =>
    actionRoute(clients, ["POST", isActive ? "enable" : "disable"], settings, (client) => {
      client.isActive = isActive;
    });
  return [
    ...createResourceRoutes(clients, settings),
    setActive(true),
    setActive(false),
    {
      methods: ["POST"],
      path: "/admin/clients/{id}/rotate-secret",
      handle: (call) => {
        const client = named(clients, call);
        if (!client.isConfidential) throw new Refusal(400, "invalid_request", "A public client has no secret.");
        const secret = newClientSecret();
        client.secret = secret;
        return json(200, { data: { clientId: client.clientId, secret, _note: onlyOnce }, message: "Client secret rotated successfully" });
      },
    },
  ];
}

/** The client that says this of itself in OAuth. */
export function clientById({ clients }: TenantRecord, clientId: string): ClientRecord | undefined {
  return [...clients.values()].find((client) => client.clientId === clientId);
}

function readClient(fields: Fields) {
  const redirectUris = fields.texts("redirectUris");
  // The documentation registers the scheme of an application without calling it native.
  const flaw = redirectUris?.map((uri) => flawOf(uri, true)).find((found) => found !== undefined);
  if (flaw !== undefined) fields.issue("redirectUris", flaw);
  return {
    name: fields.text("name"),
    redirectUris,
    scopes: fields.texts("allowedScopes"),
    grantTypes: fields.texts("grantTypes"),
    isActive: fields.flag("isActive"),
    requiresPkce: fields.flag("requiresPkce"),
    accessTokenLifetime: fields.count("accessTokenLifetime"),
    refreshTokenLifetime: fields.count("refreshTokenLifetime"),
  };
}

function clientView(client: ClientRecord): object {
  const { id, clientId, name, isConfidential, isActive, redirectUris, grantTypes, scopes, requiresPkce } = client;
  return {
    id,
    clientId,
    name,
    isConfidential,
    isPublic: !isConfidential,
    isActive,
    redirectUris,
    grantTypes,
    allowedScopes: scopes,
    requiresPkce,
    accessTokenLifetime: client.accessTokenLifetime,
    refreshTokenLifetime: client.refreshTokenLifetime,
    createdAt: instant(client.createdAt),
  };
}
