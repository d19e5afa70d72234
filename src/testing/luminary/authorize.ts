import type { Answer } from "../shared/answer.ts";
import { errorPage, redirect } from "./answers.ts";
import type { Grants } from "./grants.ts";
import type { Settings } from "./options.ts";
import { readQuery, type Parameters } from "./parameters.ts";

/** What a person does with one request to log in. */
export interface Decision {
  /** The error that is sent back instead of a code. */
  readonly error?: string;
  /** What goes with `error`. */
  readonly description?: string;
  /** Sent back instead of the request's own `state`, as by an attacker. */
  readonly state?: string;
}

/** Answers `/authorize`, as the decisions say in turn; a person without a decision approves. */
export function createAuthorize(settings: Settings, grants: Grants, decisions: Decision[]): (url: URL) => Answer {
  return (url) => {
    const parameters = readQuery(url.searchParams);
    const redirectUri = parameters?.get("redirect_uri");
    const challenge = parameters?.get("code_challenge");
    if (parameters === undefined || redirectUri === undefined || challenge === undefined) return misuse("A parameter is missing, or comes twice.");
    const trouble = troubleWith(parameters, redirectUri, challenge, settings);
    // Nothing of this may go to an address that was not checked, so the person is told here.
    if (trouble !== undefined) return misuse(trouble);
    if (parameters.get("response_type") !== "code") {
      return back(redirectUri, { error: "unsupported_response_type", state: parameters.get("state") });
    }
    const { error, description, state = parameters.get("state") } = decisions.shift() ?? {};
    if (error !== undefined) return back(redirectUri, { error, error_description: description, state });
    const scopes = (parameters.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
    const login = grants.logIn(scopes, parameters.get("nonce"));
    return back(redirectUri, { code: grants.addCode(login, { redirectUri, challenge }), state });
  };
}

function troubleWith(parameters: Parameters, redirectUri: string, challenge: string, settings: Settings): string | undefined {
  if (parameters.get("client_id") !== settings.clientId) return "Unknown client.";
  if (!isRegistered(redirectUri, settings)) return "The redirect_uri is not among those of the client.";
  // The method would be `plain` if it were left out, which gives the verifier away.
  if (parameters.get("code_challenge_method") !== "S256") return "The code_challenge_method must be S256.";
  if (!/^[\w-]{43}$/.test(challenge)) return "The code_challenge is not one of the method S256.";
  return parameters.get("audience") === settings.audience ? undefined : "Unknown audience.";
}

/** Character by character: an address that only means the same is another one. */
function isRegistered(redirectUri: string, { redirectPorts, redirectPath }: Settings): boolean {
  const port = /^http:\/\/127\.0\.0\.1:([1-9]\d{0,4})(?=\/)/.exec(redirectUri)?.[1];
  if (port === undefined || redirectUri !== `http://127.0.0.1:${port}${redirectPath}`) return false;
  return redirectPorts === "any" || redirectPorts.includes(Number(port));
}

function misuse(text: string): Answer {
  return errorPage(400, text);
}

function back(redirectUri: string, parameters: Readonly<Record<string, string | undefined>>): Answer {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return redirect(url.href);
}
