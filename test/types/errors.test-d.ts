import { expectTypeOf, test } from "vitest";
import {
  accounts,
  AmbiguousMutationError,
  AuthenticationError,
  getDefaultClient,
  GraphQLRequestError,
  isKeylightError,
  KeylightError,
  me,
  PermissionError,
  RateLimitError,
  ResponseFormatError,
  setDefaultClient,
  TimeoutError,
  TransportError,
  ValidationError,
  withClient,
  type Accounts,
  type Attempt,
  type Client,
  type Recovery,
  type ServiceAccountKey,
  type TransportPhase,
  type User,
} from "keylight";

declare const error: unknown;
declare const client: Client;

test("what recover() finds are keys", () => {
  expectTypeOf<Recovery["candidates"][number]>().toExtend<ServiceAccountKey>();
  expectTypeOf<Recovery["outcome"]>().toEqualTypeOf<"revoked" | "not-found" | "undecided">();
  if (error instanceof AmbiguousMutationError) {
    expectTypeOf(error.recover()).resolves.toEqualTypeOf<Recovery>();
    void error.recover().then(({ candidates }) => {
      const keys: ServiceAccountKey[] = candidates;
      return keys.map(({ id }) => client.serviceAccounts.keys.revoke(id));
    });
  }
});

test("instanceof and isKeylightError narrow", () => {
  if (isKeylightError(error, "RATE_LIMITED")) {
    expectTypeOf(error).toEqualTypeOf<KeylightError>();
    expectTypeOf(error.retryAfterMs).toEqualTypeOf<number | undefined>();
  }
  if (error instanceof AuthenticationError) expectTypeOf<"KEY_REJECTED">().toExtend<typeof error.code>();
  if (error instanceof PermissionError) expectTypeOf(error.code).toEqualTypeOf<"PERMISSION_DENIED" | "SERVICE_ACCOUNT_FORBIDDEN">();
  if (error instanceof ValidationError) expectTypeOf(error.issues).items.toEqualTypeOf<{ readonly path: string; readonly message: string }>();
  if (error instanceof GraphQLRequestError) expectTypeOf(error.data).toEqualTypeOf<unknown>();
  if (error instanceof ResponseFormatError) expectTypeOf(error.byteLength).toEqualTypeOf<number>();
  // @ts-expect-error not every error has candidates
  if (error instanceof KeylightError) expectTypeOf(error.candidates);
});

test("every error carries the facts of its call", () => {
  expectTypeOf<KeylightError["retryable"]>().toEqualTypeOf<boolean>();
  expectTypeOf<KeylightError["mayHaveExecuted"]>().toEqualTypeOf<boolean>();
  expectTypeOf<KeylightError["hint"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<KeylightError["attempts"]>().toEqualTypeOf<readonly Attempt[] | undefined>();
  expectTypeOf<TimeoutError>().toExtend<TransportError>();
  expectTypeOf<AmbiguousMutationError>().toExtend<TransportError>();
  expectTypeOf<RateLimitError>().toExtend<KeylightError>();
  expectTypeOf<RateLimitError["code"]>().toEqualTypeOf<"RATE_LIMITED">();
  expectTypeOf<TransportPhase>().toEqualTypeOf<"connect" | "tls" | "send" | "headers" | "body">();
});

test("the default client", () => {
  expectTypeOf(getDefaultClient()).toEqualTypeOf<Client>();
  expectTypeOf(accounts).toEqualTypeOf<Accounts>();
  expectTypeOf(me()).resolves.toEqualTypeOf<User>();
  expectTypeOf(withClient(client, () => 5)).toEqualTypeOf<number>();
  expectTypeOf(withClient(client, async () => "x")).toEqualTypeOf<Promise<string>>();
  setDefaultClient(undefined);
  // @ts-expect-error options are no client
  setDefaultClient({ apiKey: "x" });
});
