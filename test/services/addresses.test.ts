import { describe, expect, test } from "vitest";
import { UnexpectedRedirectError } from "keylight";
import { credentialHeadersOf } from "../faults/ledger.ts";
import { elsewhere } from "../faults/server.ts";
import { failure, said } from "../faults/support.ts";
import { canary } from "../oracle/oracle.ts";
import { transportName } from "../support/transport.ts";
import { clients, houses } from "./houses.ts";
import { callerAt, giving, once, quick, refusedOptions, withGiven, withLiveSession } from "./world.ts";

describe.each(houses)(`$name over ${transportName}: a redirect is followed nowhere, and the second origin sees nobody,`, (house) => {
  test.each([301, 302, 303, 307, 308])("%i", async (status) => {
    const other = await elsewhere();
    const fault = { status, headers: { location: other.url }, body: "" };
    const { server, client } = await withGiven(house, quick);
    server.script("read", fault);
    const ofRead = await failure(client.read());
    expect(ofRead).toBeInstanceOf(UnexpectedRedirectError);
    expect(ofRead).toMatchObject({ status, targetOrigin: other.origin, mayHaveExecuted: false });
    expect(said(ofRead)).not.toMatch(/landing|with=query/);
    server.script("write", fault);
    expect(await failure(client.write())).toMatchObject({ code: "UNEXPECTED_REDIRECT", mayHaveExecuted: status !== 307 && status !== 308 });
    server.script("read", { status, headers: { location: "/elsewhere" }, body: "" });
    expect(await failure(client.read())).toMatchObject({ code: "UNEXPECTED_REDIRECT" });
    expect([server.reads, server.writes, server.effects, other.visitors()]).toEqual([2, 1, 0, 0]);
  });
});

describe.each(clients)(`$name over ${transportName}: a login is redirected nowhere either`, (house) => {
  test.each([301, 302, 303, 307, 308])("%i", async (status) => {
    const other = await elsewhere();
    const { server, client, logins, reads } = await withLiveSession(house, quick);
    server.expire();
    server.script("login", { status, headers: { location: other.url }, body: "" });
    const error = await failure(client.read());
    expect(error).toMatchObject({ name: "AuthenticationError", code: "LOGIN_FAILED", retryable: false });
    expect(said(error)).not.toMatch(/landing|with=query/);
    expect([logins(), reads(), other.visitors()]).toEqual([1, 1, 0]);
    expect(server.of("login").map((visit) => credentialHeadersOf(visit))).toEqual(server.of("login").map(() => []));
  });

  test("nor with data in it, whatever the status promises", async () => {
    const { server, client, logins } = await withLiveSession(house, once);
    server.expire();
    server.script("login", { status: 302, headers: { location: "/x" }, body: house.sessions.answer(server.addSession(), server.secret) });
    expect(await failure(client.read())).toMatchObject({ code: "LOGIN_FAILED" });
    expect(logins()).toBe(1);
  });
});

describe.each(clients)(`$name: an address that credentials may go to`, (house) => {
  const credential = giving(house.given[0], house.given[0].sample());

  test.each(["http://192.0.2.1", "http://example.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://0.0.0.0"])("is not %s", (base) => {
    const error = refusedOptions(() => callerAt(house, base, credential));
    expect(error.message).toContain(house.addressOption);
    expect(error.message).toContain("https");
  });

  test.each(["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9", "https://example.com"])("is %s", (base) => {
    expect(() => callerAt(house, base, credential)).not.toThrow();
  });

  test("is on plain http elsewhere only where the service has an option for that, and it is given", () => {
    const allowed = { ...credential, ...house.plainHttp };
    if (house.plainHttp === undefined) refusedOptions(() => callerAt(house, "http://192.0.2.1", { ...allowed, allowHttp: true }));
    else expect(() => callerAt(house, "http://192.0.2.1", allowed)).not.toThrow();
    for (const scheme of ["ftp", "ws", "file"]) refusedOptions(() => callerAt(house, `${scheme}://192.0.2.1`, allowed));
  });

  test("holds no user, no password and no secret in its query; what it holds is not told", () => {
    const hidden = canary("hidden-in-the-address-of-it");
    const bases = [`https://${hidden}@example.com`, `https://user:${hidden}@example.com`, `https://example.com/?token=${hidden}&x=`, `https://example.com/?api_key=${hidden}&x=`];
    for (const base of bases) expect(said(refusedOptions(() => callerAt(house, base, credential)))).not.toContain(hidden);
  });
});
