/** A real authorization server, oidc-provider, and a person with a browser that knows forms and cookies. */
import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { onTestFinished, vi } from "vitest";

export const clientId = "keylight-test-client";

export interface Peer {
  readonly issuer: URL;
  /** The paths that were asked for, with the method before and the grant type behind. */
  readonly requests: readonly string[];
  /** Lets the server be unwell: gives the status for a request, or undefined for what it would answer. */
  unwell: ((request: string) => number | undefined) | undefined;
}

export interface PeerOptions {
  /** More of oidc-provider's configuration. */
  readonly configuration?: object;
}

/** Listens on a port of this machine until the test is over. The paths are those of Auth0, which discovery tells. */
export async function peerOf({ configuration = {} }: PeerOptions = {}): Promise<Peer> {
  const requests: string[] = [];
  const peer: { unwell: Peer["unwell"] } = { unwell: undefined };
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const issuer = new URL(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`);
  muteAdvice();
  const { default: Provider } = await import("oidc-provider");
  const answer = new Provider(issuer.href, { ...settings, ...configuration }).callback();
  server.on("request", (incoming, outgoing) => {
    void (async () => {
      const text = await bodyOf(incoming);
      const grant = new URLSearchParams(text).get("grant_type");
      const request = [incoming.method, incoming.url?.replace(/\?.*/, ""), ...(grant === null ? [] : [grant.split(":").at(-1)])].join(" ");
      requests.push(request);
      const status = peer.unwell?.(request);
      if (status !== undefined) {
        outgoing.writeHead(status, { "content-type": "text/html" }).end("<h1>maintenance</h1>");
        return;
      }
      // The body has been read; this is where the server looks for one that somebody else read.
      Object.assign(incoming, { body: text });
      answer(incoming, outgoing);
    })();
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return Object.assign(peer, { issuer, requests });
}

const settings = {
  routes: { authorization: "/authorize", token: "/oauth/token" },
  clients: [
    {
      client_id: clientId,
      application_type: "native",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
      response_types: ["code"],
      // Of native clients any port on loopback is taken for the same: RFC 8252, 7.3.
      redirect_uris: ["http://127.0.0.1/callback"],
    },
  ],
  claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
  features: { deviceFlow: { enabled: true }, registration: { enabled: true }, devInteractions: { enabled: true } },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: (_ctx: unknown, client: { grantTypeAllowed(type: string): boolean }) => client.grantTypeAllowed("refresh_token"),
  ttl: { AccessToken: 3600, AuthorizationCode: 60, DeviceCode: 600, Grant: 86_400, IdToken: 3600, Interaction: 3600, RefreshToken: 86_400, Session: 86_400 },
  cookies: { keys: ["only-for-tests"] },
};

/** Its advice is for those who use it in earnest. */
function muteAdvice(): void {
  for (const method of ["warn", "info"] as const) {
    const say = console[method].bind(console);
    const spy = vi.spyOn(console, method).mockImplementation((...given: unknown[]) => {
      if (!String(given[0]).includes("oidc-provider")) say(...given);
    });
    onTestFinished(() => { spy.mockRestore(); });
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming) text += String(chunk);
  return text;
}

/** A page that a person has before them. */
export interface Shown {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/** A browser for one person, without scripts: cookies, redirects and forms. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  async visit(address: string | URL, init: RequestInit = {}): Promise<Shown> {
    const url = new URL(address);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...(cookie === "" ? {} : { cookie }) } });
    for (const text of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      this.#cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null && response.status >= 300 && response.status < 400) return this.visit(new URL(location, url));
    return { url, status: response.status, text: await response.text() };
  }

  /** Sends the page's form with what is hidden in it and what the person enters. */
  submit({ url, text }: Shown, entered: Record<string, string> = {}): Promise<Shown> {
    const form = /<form[^>]*action="([^"]*)"[^>]*>/.exec(text);
    if (form?.[1] === undefined) throw new Error(`no form on the page: ${text.slice(0, 500)}`);
    const hidden = [...text.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]);
    const body = new URLSearchParams({ ...Object.fromEntries(hidden), ...entered });
    return this.visit(new URL(form[1].replaceAll("&amp;", "&"), url), { method: "POST", body });
  }

  /** Logs in and consents, wherever it is asked for that, and gives the page that comes then. */
  async agree(page: Shown): Promise<Shown> {
    if (page.text.includes('name="password"')) return this.agree(await this.submit(page, { login: "a-person", password: "anything" }));
    if (page.text.includes('value="consent"')) return this.agree(await this.submit(page));
    return page;
  }

  cancel({ url, text }: Shown): Promise<Shown> {
    const abort = /<a href="([^"]*abort[^"]*)"/.exec(text)?.[1] ?? "";
    return this.visit(new URL(abort, url));
  }
}
