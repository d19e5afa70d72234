/** Run against the packed package: MSW answers a client from the handlers of the fake, and no request leaves. */
import assert from "node:assert/strict";
import { Client } from "keylight";
import { createFakeLumar } from "keylight/testing";
import { setupServer } from "msw/node";

const fake = createFakeLumar();
const server = setupServer(...fake.handlers);
server.listen({ onUnhandledRequest: "error" });

const client = new Client({ userKey: fake.userKey, retry: { attempts: 0 } });
assert.equal(typeof (await client.me()).id, "string");
assert.notEqual(fake.requests.length, 0);

await client.close();
server.close();
