import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createFakeLumar } from "keylight/testing";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function listening() {
  const fake = createFakeLumar();
  const server = await fake.listen();
  closers.push(server.close);
  const post = (body = '{"query":"{ version }"}', headers: Record<string, string> = {}, signal: AbortSignal | null = null) =>
    fetch(server.url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body, signal, redirect: "manual" });
  return { fake, server, post };
}

/** Sends raw text and gives everything that comes back until the connection ends. */
function exchange(url: string, body: string): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.on("data", (chunk) => (received += chunk.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(received);
    });
    const head = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}`;
    socket.write(`${head}\r\n\r\n${body}`);
  });
}

describe("the server", () => {
  test("answers on 127.0.0.1 at /graphql", async () => {
    const { server, post, fake } = await listening();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
    expect(await (await post()).json()).toEqual({ data: { version: "1.0.0" } });
    expect((await post(undefined, { "X-Auth-Token": "bad" })).status).toBe(401);
    expect((await fetch(server.url)).status).toBe(405);
    expect((await fetch(server.url, { method: "HEAD" })).status).toBe(405);
    expect(fake.requests[1]?.headers["x-auth-token"]).toBe("bad");
  });

  test("answers 404 elsewhere and does not record it", async () => {
    const { server, fake } = await listening();
    const { origin } = new URL(server.url);
    for (const path of ["/", "/graphql/", "/other?x=/graphql"]) {
      expect((await fetch(`${origin}${path}`, { method: "POST", body: "x" })).status).toBe(404);
    }
    expect(fake.requests).toHaveLength(0);
  });

  test("can be told its port, and says when that is taken", async () => {
    const { server } = await listening();
    const port = Number(new URL(server.url).port);
    await expect(createFakeLumar().listen({ port })).rejects.toThrow("EADDRINUSE");
    await server.close();
    const second = await createFakeLumar().listen({ port });
    closers.push(second.close);
    expect(second.url).toBe(server.url);
  });

  test("shares its state with handle and with other servers of the fake", async () => {
    const { fake, post } = await listening();
    const other = await fake.listen();
    closers.push(other.close);
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"{ version }"}' };
    await fetch(other.url, init);
    await fake.handle(new Request(other.url, init));
    await post();
    expect(fake.requests).toHaveLength(3);
  });

  test("lets a function go around each request, which may look, refuse, break off or answer", async () => {
    const fake = createFakeLumar();
    const hosts: (string | null)[] = [];
    const server = await fake.listen({
      around: async (incoming, next) => {
        hosts.push(incoming.headers.get("host"));
        if (incoming.headers.has("x-refuse")) return new Response("no", { status: 403 });
        if (incoming.headers.has("x-break")) return Response.error();
        const answer = await next(incoming);
        return new Response(answer.body, { status: answer.status, headers: { "x-around": "yes" } });
      },
    });
    closers.push(server.close);
    const post = (headers: Record<string, string>) => fetch(server.url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: '{"query":"{ version }"}' });
    const passed = await post({});
    expect([passed.headers.get("x-around"), await passed.json()]).toEqual(["yes", { data: { version: "1.0.0" } }]);
    expect((await post({ "x-refuse": "1" })).status).toBe(403);
    await expect(post({ "x-break": "1" })).rejects.toThrow(TypeError);
    expect(hosts).toEqual(Array(3).fill(new URL(server.url).host));
    expect(fake.requests).toHaveLength(1);
    // Other ways to the fake do not go through it.
    await fake.handle(new Request(server.url, { method: "POST", body: "{}" }));
    expect(hosts).toHaveLength(3);
  });

  test("ends open connections when it closes", async () => {
    const { fake, server, post } = await listening();
    fake.failNext({ delay: 60_000 });
    const pending = expect(post()).rejects.toThrow(TypeError);
    while (fake.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await server.close();
    await pending;
  });

  test("survives a client that leaves in the middle of its request", async () => {
    const { server, post } = await listening();
    await new Promise<void>((resolve) => {
      const half = request(server.url, { method: "POST", headers: { "content-length": "100" } });
      half.on("error", () => {
        resolve();
      });
      half.write("half", () => half.destroy(new Error("left")));
    });
    expect((await post()).status).toBe(200);
  });
});

describe("a fault over a real connection", () => {
  test.each(["before", "after"] as const)("that drops it %s the execution sends nothing", async (drop) => {
    const { fake, server, post } = await listening();
    fake.failNext([{ drop }, { drop }]);
    expect(await exchange(server.url, '{"query":"{ version }"}')).toBe("");
    await expect(post()).rejects.toThrow(TypeError);
    expect(fake.requests.map(({ status }) => status)).toEqual([0, 0]);
  });

  test("that drops it in the body sends headers and half of what they announce", async () => {
    const { fake, server, post } = await listening();
    fake.failNext([{ drop: "body" }, { drop: "body" }]);
    const [head = "", body = ""] = (await exchange(server.url, '{"query":"{ version }"}')).split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    const whole = JSON.stringify({ data: { version: "1.0.0" } });
    expect(head.toLowerCase()).toContain(`content-length: ${String(whole.length)}`);
    expect(body).toBe(whole.slice(0, Math.floor(whole.length / 2)));
    const response = await post();
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  test("that delays the body sends the headers first", async () => {
    const { fake, post } = await listening();
    fake.failNext({ bodyDelay: 60_000 });
    const controller = new AbortController();
    const response = await post(undefined, {}, controller.signal);
    expect(response.status).toBe(200);
    controller.abort();
    await expect(response.text()).rejects.toThrow();
  });

  test("that redirects reaches the client", async () => {
    const { fake, post } = await listening();
    fake.failNext([{ status: 307, headers: { location: "http://127.0.0.1:1/" } }, { status: 204 }]);
    const response = await post();
    expect([response.status, response.headers.get("location")]).toEqual([307, "http://127.0.0.1:1/"]);
    expect((await post()).status).toBe(204);
  });
});
