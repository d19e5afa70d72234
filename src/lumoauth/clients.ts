import { ResponseFormatError } from "../errors/index.ts";
import { Checks } from "../core/checks.ts";
import type { RequestOptions } from "../core/options.ts";
import { Secret } from "../core/secret.ts";
import { act, type Gateway } from "./gateway.ts";
import { aboutOne } from "./ids.ts";
import { lostAnswer } from "./lost.ts";
import { identified, objectIn, Resource } from "./resource.ts";
import { clientSecrets, sealed } from "./sealed.ts";
import type { CreateClientInput, LumoAuthId, OAuthClient } from "./types.ts";

/** A new OAuth client. Public ones have no secret. */
export interface CreatedOAuthClient extends OAuthClient {
  /** Shown this once. */
  readonly secret?: Secret;
}

/** OAuth clients of the tenant. An id is the client's number. */
export class Clients extends Resource<OAuthClient, CreateClientInput, CreatedOAuthClient> {
  readonly #gateway: Gateway;

  /** @internal */
  constructor(gateway: Gateway) {
    super(gateway, {
      kind: "clients",
      required: ["name", "redirectUris"],
      // Not even where a server shows a secret a second time does it stand there in the open.
      read: (data) => identified<OAuthClient>(sealed(data, clientSecrets, gateway)),
      made: (data) => newClient(data, gateway),
      plan: ({ name }) => ({
        ambiguous: lostAnswer("the answer to the creation of a client was lost, so a client may exist whose secret nobody knows", {
          hint: "recover() names the clients of this name. Delete the one that is too many, or rotate its secret; then go on.",
          find: () => this.list({ search: name }, { timeout: 30_000 }),
          name,
        }),
      }),
    });
    this.#gateway = gateway;
  }

  /**
   * Makes a new secret; the old one is dead at once.
   *
   * @throws {@link AmbiguousMutationError} when the answer was lost.
   */
  async rotateSecret(id: LumoAuthId, options?: RequestOptions): Promise<{ clientId: string; secret: Secret }> {
    const checks = new Checks("clients.rotateSecret");
    const request = aboutOne({ method: "POST", kind: "clients", id, then: "/rotate-secret" }, checks);
    checks.done();
    const ambiguous = lostAnswer("the answer to the rotation of a secret was lost, so the old one may be dead and nobody knows the new one", { hint: "Rotate the secret once more." });
    return this.#gateway.ask(request, options, ({ value }) => rotated(objectIn(value), this.#gateway), { ambiguous });
  }

  /** Lets the client be used again. */
  async enable(id: LumoAuthId, options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "clients.enable", { method: "POST", kind: "clients", id, then: "/enable" }, options);
  }

  /** Keeps the client from being used. */
  async disable(id: LumoAuthId, options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "clients.disable", { method: "POST", kind: "clients", id, then: "/disable" }, options);
  }
}

function newClient(data: Record<string, unknown>, gateway: Gateway): CreatedOAuthClient {
  const client = sealed(data, clientSecrets, gateway);
  // What holds a secret is given whatever else it lacks: it is shown this once.
  return hasSecret(client) ? client : identified<OAuthClient>(client);
}

function hasSecret(client: Record<string, unknown>): client is Record<string, unknown> & CreatedOAuthClient {
  return client["secret"] instanceof Secret;
}

function rotated(data: Record<string, unknown>, gateway: Gateway): { clientId: string; secret: Secret } {
  const { clientId, secret } = sealed(data, clientSecrets, gateway);
  if (secret instanceof Secret) return { clientId: typeof clientId === "string" ? clientId : "", secret };
  throw new ResponseFormatError("the answer holds no secret", "application/json", 0, { hint: "Rotate the secret once more." });
}
