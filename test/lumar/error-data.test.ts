import { setupServer } from "msw/node";
import { http, HttpResponse } from "msw";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Client, GraphQLRequestError } from "keylight";

const token = "a-session-token-that-nobody-may-see";
const server = setupServer();
beforeAll(() => { server.listen({ onUnhandledRequest: "error" }); });
afterEach(() => { server.resetHandlers(); });
afterAll(() => { server.close(); });

it("partial data of an error keeps its shape, and shows no secret that the server repeats", async () => {
  server.use(
    http.post("https://api.lumar.io/graphql", () =>
      HttpResponse.json({
        data: { session: { token, list: [token, "plain", 1, null] }, other: { name: "kept" } },
        errors: [{ message: `failed for ${token}`, path: ["session", token, 0] }],
      }),
    ),
  );
  const client = new Client({ sessionToken: token, env: {} });
  const error: unknown = await client.request("{ session { token } }").catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(GraphQLRequestError);
  expect(error).toMatchObject({ data: { session: { list: ["[redacted]", "plain", 1, null] }, other: { name: "kept" } } });
  expect(JSON.stringify(error)).not.toContain(token);
});
