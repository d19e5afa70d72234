import { createServer, type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { overNode } from "../../support/transport.ts";
import { exchangeWith, open } from "./support.ts";

describe.runIf(overNode("a fetch leaves such answers to its runtime"))("an answer that would change the protocol", () => {
  test("is no answer: the call fails, and its connection is closed", async () => {
    let closed: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => { closed = resolve; });
    const server = createServer((socket) => {
      socket.on("error", () => undefined).on("close", () => closed?.());
      socket.once("data", () => socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n"));
    });
    onTestFinished(() => { server.close(); });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { error } = await exchangeWith(await open(), new URL(`http://127.0.0.1:${port}/graphql`));
    expect(error).toMatchObject({ kind: "network", code: "UNEXPECTED_UPGRADE" });
    await gone;
  });
});

test.runIf(overNode("a fetch keeps its connections by itself"))("a server that answers early and reads no further does not keep its connection", async () => {
  const body = "x".repeat(20_000_000);
  let received = 0;
  let resume = (): void => undefined;
  let closed: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => { closed = resolve; });
  const server = createServer((socket) => {
    socket.on("error", () => undefined).on("close", () => closed?.());
    socket.on("data", (chunk) => { received += chunk.length; });
    socket.once("data", () => socket.pause().write("HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n"));
    resume = () => void socket.resume();
  });
  onTestFinished(() => { server.close(); });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { response } = await exchangeWith(await open(), new URL(`http://127.0.0.1:${port}/graphql`), { body });
  expect(response?.status).toBe(413);
  resume();
  await gone;
  expect(received).toBeLessThan(body.length);
});
