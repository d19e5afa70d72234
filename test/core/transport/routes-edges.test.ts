import { describe, expect, test, vi } from "vitest";
import type { ProxyRules, ProxyServer } from "../../../src/core/proxy.ts";
import { RoutedTransport } from "../../../src/core/transport/routes.ts";
import type { Transport } from "../../../src/core/transport/wire.ts";
import { canary } from "../../oracle/oracle.ts";
import { answerOf, exchangeOf, rejection } from "./support.ts";

const transport = () => ({ send: vi.fn<Transport["send"]>(() => Promise.resolve(answerOf(200, {}))), close: vi.fn() });
const proxyAt = (port: number, authorization?: string): ProxyServer => ({ url: new URL(`http://proxy.test:${port}`), authorization, secrets: [] });
const to = (address: string) => ({ url: new URL(address), method: "GET", headers: {} });

function routed(proxyFor: ProxyRules["for"]) {
  const direct = transport();
  const made: ReturnType<typeof transport>[] = [];
  const through = vi.fn<(proxy: ProxyServer) => Promise<Transport>>(() => {
    const one = transport();
    made.push(one);
    return Promise.resolve(one);
  });
  const find = vi.fn(proxyFor);
  return { routes: new RoutedTransport({ explicit: false, for: find }, direct, through), direct, through, made, find };
}

describe("the way of a request", () => {
  test("is straight where no proxy is for its target, and is looked up once for an address", async () => {
    const { routes, direct, through, find } = routed(() => undefined);
    const request = to("https://api.test/");
    for (let nth = 0; nth < 3; nth += 1) await routes.send(request, exchangeOf());
    expect([direct.send.mock.calls.length, find.mock.calls.length, through.mock.calls.length]).toEqual([3, 1, 0]);
  });

  test("is through its proxy, over what is made once for all targets of that proxy", async () => {
    const { routes, direct, made, find } = routed(() => proxyAt(1));
    const request = to("https://api.test/");
    await Promise.all([routes.send(request, exchangeOf()), routes.send(to("https://other.test/"), exchangeOf())]);
    await routes.send(request, exchangeOf());
    expect(made.map(({ send }) => send.mock.calls.length)).toEqual([3]);
    expect(find).toHaveBeenCalledTimes(2);
    expect(direct.send).not.toHaveBeenCalled();
  });

  test("is another one for another proxy, and for another user of the same", async () => {
    const users = [proxyAt(1), proxyAt(2), proxyAt(1, canary("Basic first-user-of-the-proxy")), proxyAt(1, canary("Basic second-user-of-the-proxy"))];
    let nth = 0;
    const { routes, made } = routed(() => users[nth++]);
    for (const _ of users) await routes.send(to("https://api.test/"), exchangeOf());
    expect(made).toHaveLength(4);
  });

  test("that cannot be made fails the request and is nothing to close", async () => {
    const { routes, direct, through } = routed(() => proxyAt(1));
    through.mockRejectedValue(new RangeError("no"));
    const request = to("https://api.test/");
    expect(await rejection(routes.send(request, exchangeOf()))).toBeInstanceOf(RangeError);
    expect(await rejection(routes.send(request, exchangeOf()))).toBeInstanceOf(RangeError);
    routes.close();
    expect(direct.close).toHaveBeenCalledTimes(1);
  });

  test("is not waited for longer than the call lives", async () => {
    const { routes, through } = routed(() => proxyAt(1));
    through.mockReturnValue(new Promise(() => undefined));
    const exchange = exchangeOf();
    const sending = rejection(routes.send(to("https://api.test/"), exchange));
    exchange.scope.end({ cause: "closed" });
    expect(await sending).toMatchObject({ end: { cause: "closed" } });
  });
});

test("closing closes the way straight and those through proxies, once", async () => {
  const { routes, direct, made } = routed(({ hostname }) => (hostname === "api.test" ? proxyAt(1) : undefined));
  await routes.send(to("https://api.test/"), exchangeOf());
  routes.close();
  routes.close();
  await Promise.resolve();
  expect([direct.close.mock.calls.length, made[0]?.close.mock.calls.length]).toEqual([2, 1]);
});
