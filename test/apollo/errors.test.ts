import { createServer } from "node:net";
import { inspect } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { AuthenticationError, GraphQLRequestError, KeylightError, NotFoundError, ValidationError, type Client } from "keylight";
import { transportName } from "../support/transport.ts";
import { clientOf, startLumar, type Lumar } from "./server.ts";

let lumar: Lumar;
beforeAll(async () => {
  lumar = await startLumar();
});

async function failureOf(work: Promise<unknown>): Promise<KeylightError> {
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof KeylightError) return error;
  throw new Error(`expected an error of keylight, not ${inspect(error)}`);
}

/** An address of this machine where nobody listens any more. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
}

/** Names of what arrived while this ran. */
async function arriving(action: () => Promise<unknown>): Promise<(string | undefined)[]> {
  const from = lumar.seen.length;
  await action();
  return lumar.seen.slice(from).map(({ operationName }) => operationName);
}

describe(`over ${transportName}, an error as Apollo makes it`, () => {
  test.each<[string, string, Record<string, unknown>, string]>([
    ["an unknown field", "query Own { version nonsense }", {}, "nonsense"],
    ["a wrong argument", "query Own { node(name: 5) { id } }", {}, "name"],
    ["a missing variable", "query Own($id: ObjectID!) { node(id: $id) { id } }", {}, "$id"],
  ])("%s is refused before it runs", async (_what, document, variables, text) => {
    const error = await failureOf(clientOf(lumar).request(document, variables));
    expect(error).toMatchObject({ status: 400, operationName: "Own", retryable: false, mayHaveExecuted: false });
    expect(error.message).toContain(text);
    expect(inspect(error, { showHidden: true, depth: 20 })).not.toContain("node_modules/@apollo");
  });

  test("a document that fails validation has its own code, with a hint", async () => {
    const error = await failureOf(clientOf(lumar).request("{ nonsense }"));
    expect(error).toBeInstanceOf(GraphQLRequestError);
    expect(error.hint).toContain("schema");
  });

  test("a bad enum value is a ValidationError", async () => {
    const document = "mutation Own($input: CreateServiceAccountInput!) { createServiceAccount(input: $input) { serviceAccount { id } } }";
    const input = { accountId: lumar.state.account.id, name: "n", roleCode: "Owner" };
    const error = await failureOf(clientOf(lumar).request(document, { input }));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.message).toContain("Owner");
  });

  test("BAD_USER_INPUT of a resolver is a ValidationError with its path", async () => {
    const client = clientOf(lumar);
    const made = await client.serviceAccounts.create({ accountId: lumar.state.account.id, name: "n", roleCode: "Viewer" });
    const error = await failureOf(client.serviceAccounts.keys.create(made.id, { name: "refused" }));
    expect(error).toMatchObject({ code: "BAD_USER_INPUT", status: 200, issues: [{ path: "createServiceAccountKey", message: "'name' is reserved." }] });
  });

  test("not found: a nullable field, and a field that must not be null", async () => {
    const client = clientOf(lumar);
    for (const call of [client.serviceAccounts.get("x"), client.serviceAccounts.delete("x"), client.serviceAccounts.keys.revoke("x"), client.accounts.get("x")]) {
      expect(await failureOf(call)).toBeInstanceOf(NotFoundError);
    }
    expect(await failureOf(client.accounts.get(lumar.state.user.id))).toBeInstanceOf(NotFoundError);
  });

  test("a refused login is INVALID_CREDENTIALS, once", async () => {
    const client = clientOf(lumar, { userKey: { id: 1, secret: "canary" } });
    const sent = await arriving(async () => {
      for (const error of [await failureOf(client.me()), await failureOf(client.me())]) {
        expect(error).toMatchObject({ code: "INVALID_CREDENTIALS", status: 200 });
        expect(inspect(error, { showHidden: true })).not.toContain("canary");
      }
    });
    expect(sent).toEqual(["LoginWithUserKey"]);
  });

  describe.each([200, 401] as const)("UNAUTHENTICATED with status %d", (status) => {
    const cases: [string, string, (client: Client) => Promise<unknown>][] = [
      ["a query, whose field is null beside the error", "Me", (client) => client.me()],
      ["a write, which has no data", "CreateServiceAccount", (client) => client.serviceAccounts.create({ accountId: lumar.state.account.id, name: "n", roleCode: "Viewer" })],
    ];
    test.each(cases)("renews the session for %s", async (_what, operationName, call) => {
      lumar.state.unauthenticatedStatus = status;
      const client = clientOf(lumar);
      await client.login();
      lumar.state.sessions.clear();
      expect(await arriving(() => call(client))).toEqual([operationName, "LoginWithUserKey", operationName]);
    });

    test("of an API key is KEY_REJECTED, after one request", async () => {
      lumar.state.unauthenticatedStatus = status;
      const client = clientOf(lumar, { apiKey: "lmr_sa_1_unknown" });
      const sent = await arriving(async () => {
        const error = await failureOf(client.accounts.get(lumar.state.account.id));
        expect(error).toBeInstanceOf(AuthenticationError);
        expect(error).toMatchObject({ code: "KEY_REJECTED", status });
      });
      expect(sent).toEqual(["GetAccount"]);
    });
  });

  test("partial data: an error with both, or both with allowPartial", async () => {
    const client = clientOf(lumar);
    const made = await client.serviceAccounts.create({ accountId: lumar.state.account.id, name: "n", roleCode: "Viewer" });
    const { apiKey } = await client.serviceAccounts.keys.create(made.id);
    const program = clientOf(lumar, { apiKey });
    const own = "query Own { me { id username } version }";
    const partial = { me: { id: lumar.state.user.id, username: null }, version: "apollo-1" };
    expect(await failureOf(program.request(own))).toMatchObject({ code: "GRAPHQL_ERROR", message: "upstream is away", data: partial });
    const raw = await program.rawRequest(own, {}, { allowPartial: true });
    expect(raw).toMatchObject({ data: partial, status: 200, errors: [{ path: ["me", "username"], code: "INTERNAL_SERVER_ERROR" }] });
    expect(raw.headers.get("content-type")).toContain("json");
  });

  test("a server that is gone is a NETWORK_ERROR in phase connect", async () => {
    const client = clientOf(lumar, { endpoint: await closedPort(), sessionToken: "t", retry: { attempts: 0 } });
    expect(await failureOf(client.me())).toMatchObject({ code: "NETWORK_ERROR", phase: "connect", mayHaveExecuted: false });
  });
});
