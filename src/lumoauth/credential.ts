import { ConfigurationError } from "../errors/index.ts";
import type { Ground } from "../core/base-client.ts";
import { keySource, type KeyOptions } from "../core/credentials/key.ts";
import type { CredentialSource } from "../core/credentials/source.ts";
import { InteractiveSession } from "../core/login/interactive-session.ts";
import { memorySessionStore } from "../core/session/memory-store.ts";
import { sessionKey } from "../core/session/store-key.ts";
import type { CheckedLogin, GivenCredential } from "./options.ts";

/** How long an access token lives where the server does not say, in milliseconds: 1 hour, the documented default. */
const tokenLifetime = 3_600_000;

export function noCredential(): ConfigurationError {
  return new ConfigurationError("there is no credential", { hint: "Set LUMOAUTH_API_KEY, or give apiKey, accessToken or login." });
}

/** The source of a key or a token that is given. */
export function givenSource({ kind, value, name, header }: GivenCredential, { secrets }: Pick<Ground, "secrets">): CredentialSource {
  const origin = {
    kind,
    source: name === "LUMOAUTH_API_KEY" ? name : `option ${name}`,
    header,
    prefix: header === "authorization" ? "Bearer " : undefined,
    variable: "LUMOAUTH_API_KEY",
  };
  return keySource({ value, name, origin, secrets, rejection: kind === "apiKey" ? keyRejection(header) : tokenRejection });
}

function keyRejection(header: GivenCredential["header"]): KeyOptions["rejection"] {
  const other = header === "authorization" ? ' Newer servers may want it in another header: header: "x-api-key".' : "";
  return {
    code: "KEY_REJECTED",
    message: "the server rejected the API key",
    hint: `Check in the portal that the key was not rotated, revoked or deleted, and that it is of this tenant.${other}`,
  };
}

const tokenRejection: KeyOptions["rejection"] = {
  code: "SESSION_EXPIRED",
  message: "the server rejected the access token",
  hint: "Get a new one; give a function to have it asked for.",
};

/** The source of a token that may do nothing but register clients. */
export function initialAccessSource(value: GivenCredential["value"], { secrets }: Pick<Ground, "secrets">): CredentialSource {
  const name = "initialAccessToken";
  const origin = { kind: name, source: `option ${name}`, header: "authorization", prefix: "Bearer ", variable: "INITIAL_ACCESS_TOKEN" };
  const rejection = { code: "KEY_REJECTED", message: "the server rejected the initial access token", hint: "Get a new one: some can be used only once." } as const;
  return keySource({ value, name, origin, secrets, rejection });
}

/** The session of a person. The endpoints are those below the prefix, which are documented, so that tokens stay with this server. */
export function sessionOf({ clientId, scopes }: CheckedLogin, api: URL, ground: Ground): InteractiveSession {
  return new InteractiveSession({
    ground,
    origin: { kind: "login", source: "option login", header: "authorization", prefix: "Bearer ", variable: "ACCESS_TOKEN" },
    provider: {
      issuer: api,
      endpoints: { token: new URL("oauth/token", api), deviceAuthorization: new URL("oauth/device_authorization", api) },
      clientId,
      scopes,
    },
    missing: noCredential,
    store: ground.settings.sessionStore ?? memorySessionStore(),
    // There is no secret that makes sessions: a person does.
    storeKey: () => sessionKey(clientId, ["lumoauth", api.href, clientId, ...scopes]),
    lifetime: tokenLifetime,
    mayAsk: false,
    hint: "Call login() where a person is at hand. A program alone uses an API key: apiKey, or LUMOAUTH_API_KEY.",
  });
}
