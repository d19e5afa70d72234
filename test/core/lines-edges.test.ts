import { beforeEach, describe, expect, test, vi } from "vitest";
import { Lines } from "../../src/core/lines.ts";
import type { Way } from "../../src/core/options.ts";
import { nodeTransport } from "../../src/core/transport/node-http.ts";
import type { Exchange, Transport } from "../../src/core/transport/wire.ts";
import { exchangeOf, rejection } from "./transport/support.ts";

vi.mock("../../src/core/transport/node-http.ts", () => ({ nodeTransport: vi.fn() }));

const transport = () => ({ send: vi.fn<Transport["send"]>(), close: vi.fn() });
beforeEach(() => {
  vi.mocked(nodeTransport).mockReset();
});

const proxy = (explicit: boolean): Way => ({ proxy: { explicit, for: () => undefined } });

describe("the connections of a client", () => {
  test("are made when they are used first, one for calls and one for logins, and are at hand from then on", async () => {
    const [calls, logins] = [transport(), transport()];
    vi.mocked(nodeTransport).mockResolvedValueOnce(calls).mockResolvedValueOnce(logins);
    const way: Way = { ca: "pem" };
    const lines = new Lines(way);
    expect(nodeTransport).not.toHaveBeenCalled();
    expect(await Promise.all([lines.calls(), lines.calls()])).toEqual([calls, calls]);
    expect(lines.calls()).toBe(calls);
    expect(await lines.logins()).toBe(logins);
    expect(lines.logins()).toBe(logins);
    expect(vi.mocked(nodeTransport).mock.calls).toEqual([[way], [way]]);
  });

  test("are closed when the last one who uses them lets go, those that are being made too", async () => {
    const [calls, logins] = [transport(), transport()];
    vi.mocked(nodeTransport).mockResolvedValueOnce(calls).mockResolvedValueOnce(logins);
    const lines = new Lines({});
    lines.retain();
    lines.retain();
    await lines.calls();
    lines.release();
    expect(calls.close).not.toHaveBeenCalled();
    const making = lines.logins();
    lines.release();
    expect(calls.close).toHaveBeenCalledTimes(1);
    await making;
    expect(logins.close).toHaveBeenCalledTimes(1);
  });

  test("that cannot be made are nothing to close", async () => {
    vi.mocked(nodeTransport).mockRejectedValue(new RangeError("no"));
    const lines = new Lines({});
    lines.retain();
    const making = rejection(Promise.resolve(lines.calls()));
    expect(() => { lines.release(); }).not.toThrow();
    expect(await making).toBeInstanceOf(RangeError);
  });
});

describe("a runtime without node:http", () => {
  beforeEach(() => {
    vi.mocked(nodeTransport).mockResolvedValue(undefined);
  });
  const sentBy = async (lines: Lines, exchange: Exchange): Promise<number> => (await (await lines.calls()).send({ url: new URL("https://api.test/"), method: "GET", headers: {} }, exchange)).status;

  test.each<[string, Way]>([["ca", { ca: "pem" }], ["proxy", proxy(true)]])("fails the first use of the option %s instead of passing it over", async (name, way) => {
    expect(await rejection(Promise.resolve(new Lines(way).calls()))).toMatchObject({
      name: "ConfigurationError", message: `${name} needs node:http, which this runtime does not have`, hint: expect.stringContaining(`Leave ${name} out`) as string,
    });
  });

  test.each<[string, Way]>([["nothing asked for", {}], ["the proxy of a variable", proxy(false)]])("sends by the runtime's fetch of that moment, with %s", async (_what, way) => {
    const lines = new Lines(way);
    const fetch = vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(new Response("", { status: 203 })));
    expect(await sentBy(lines, exchangeOf())).toBe(203);
    expect(fetch).toHaveBeenCalledWith("https://api.test/", expect.objectContaining({ method: "GET" }));
    fetch.mockRestore();
  });
});

test("a fetch of the caller's own sends all, and nothing else is made", async () => {
  const fetch = vi.fn(() => Promise.resolve(new Response("", { status: 202 })));
  const sender = await new Lines({ fetch: fetch }).calls();
  expect((await sender.send({ url: new URL("https://api.test/"), method: "GET", headers: {} }, exchangeOf())).status).toBe(202);
  expect(nodeTransport).not.toHaveBeenCalled();
});
