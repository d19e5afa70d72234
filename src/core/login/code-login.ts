import type { Log } from "../log.ts";
import type { StoredSession } from "../session/store.ts";
import type { CallScope } from "../transport/scope.ts";
import { listenForCallback } from "./loopback.ts";
import type { OAuthClient } from "./oauth.ts";
import { needSomebody, showAddress, terminal, type Open } from "./show.ts";

/** How a person logs in with a browser on this machine. */
export interface CodeLoginOptions {
  readonly ports: readonly number[];
  readonly path: string;
  readonly open?: Open | undefined;
  readonly log: Log;
}

/** Authorization code with PKCE, over a listener on 127.0.0.1, which is closed whatever happens. */
export async function codeLogin(oauth: OAuthClient, { ports, path, open, log }: CodeLoginOptions, scope: CallScope): Promise<StoredSession> {
  const say = terminal();
  needSomebody(open, say, "open");
  const request = await oauth.authorizationRequest(scope);
  const listener = await listenForCallback({ ports, path, state: request.state });
  try {
    scope.check();
    // It may take as long as the person does, so that both are waited for.
    const shown = showAddress(request.address(listener.redirectUri), { open, say, log });
    const callback = await scope.race(Promise.race([listener.callback, shown.then(() => listener.callback)]));
    listener.close();
    return await request.redeem(callback, listener.redirectUri, scope);
  } finally {
    listener.close();
  }
}
