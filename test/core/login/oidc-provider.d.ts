/** What the tests use of oidc-provider, which has no types of its own. */
declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  interface Context {
    readonly path: string;
    readonly method: string;
    readonly oidc?: { readonly params?: Record<string, unknown>; readonly body?: Record<string, unknown> };
  }

  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    on(event: string, listener: (ctx: Context, ...more: unknown[]) => void): this;
    use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): this;
  }
}
