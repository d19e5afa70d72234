import { describe, expect, test } from "vitest";
import { AmbiguousMutationError, AuthenticationError, UnexpectedRedirectError } from "keylight";
import { transportName } from "../support/transport.ts";
import { credentialHeadersOf } from "./ledger.ts";
import { elsewhere } from "./server.ts";
import { failure, said, withApiKey, withToken, withUserKey, write } from "./support.ts";

const statuses = [301, 302, 303, 307, 308];

describe(`over ${transportName}`, () => {
  describe.each(statuses)("a %i to another origin", (status) => {
    test("is not followed for a query: that origin sees nobody", async () => {
      const { server, client } = await withApiKey();
      const other = await elsewhere();
      server.script("Me", { status, headers: { location: other.url }, body: "" });
      const error = await failure(client.me());
      expect(error).toBeInstanceOf(UnexpectedRedirectError);
      expect(error).toMatchObject({ status, targetOrigin: other.origin, mayHaveExecuted: false });
      expect(said(error)).not.toMatch(/landing|with=query/);
      expect([server.visits.length, other.visitors()]).toEqual([1, 0]);
    });

    test("is not followed for a write, which is not sent again", async () => {
      const { server, client } = await withToken();
      const other = await elsewhere();
      server.script("Write", { status, headers: { location: other.url }, body: "" });
      const error = await failure(client.request(write));
      expect(error).toMatchObject({ code: "UNEXPECTED_REDIRECT", mayHaveExecuted: status !== 307 && status !== 308 });
      expect([server.visits.length, other.visitors(), server.lumar.effect("Write")]).toEqual([1, 0, 0]);
    });

    test("is not followed for a login: the user key's secret goes nowhere else", async () => {
      const { server, client } = await withUserKey();
      const other = await elsewhere();
      server.script("LoginWithUserKey", { status, headers: { location: other.url }, body: "" });
      const error = await failure(client.me());
      expect(error).toBeInstanceOf(AuthenticationError);
      expect(error).toMatchObject({ code: "LOGIN_FAILED", retryable: false });
      expect([server.logins, server.of("Me").length, other.visitors()]).toEqual([1, 0, 0]);
      expect(server.visits.map((visit) => credentialHeadersOf(visit))).toEqual([[]]);
    });

    test("leaves the creation of a key in doubt, or not, as the status says", async () => {
      const { server, client } = await withToken();
      const other = await elsewhere();
      server.script("CreateServiceAccountKey", { status, headers: { location: other.url }, body: "" });
      const error = await failure(client.serviceAccounts.keys.create(server.lumar.serviceAccount.id));
      expect(error instanceof AmbiguousMutationError).toBe(status !== 307 && status !== 308);
      expect([server.of("CreateServiceAccountKey").length, other.visitors()]).toEqual([1, 0]);
    });

    test("within the origin is not followed either", async () => {
      const { server, client } = await withApiKey();
      server.script("Me", { status, headers: { location: "/elsewhere" }, body: "" });
      expect(await failure(client.me())).toMatchObject({ code: "UNEXPECTED_REDIRECT" });
      expect(server.visits.map(({ path }) => path)).toEqual(["/graphql"]);
    });
  });
});
