import type { FakeLumarErrorKind, Settings } from "./options.ts";

const defaultCodes: Record<FakeLumarErrorKind, string> = {
  permission: "UNAUTHORIZED",
  notFound: "ENTITY_NOT_FOUND",
  login: "INCORRECT_USER_KEY_ID_OR_SECRET",
  userKeyLimit: "BAD_USER_INPUT",
  secretNotSelected: "BAD_USER_INPUT",
  invalidInput: "BAD_USER_INPUT",
};

/** Thrown by resolvers. graphql-js copies `extensions` into the answer; `status` becomes the HTTP status. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly extensions: { readonly code: string };

  constructor(message: string, code: string, status: number) {
    super(message);
    this.status = status;
    this.extensions = { code };
  }
}

/** Makes the refusals of one fake, in the shape that its options ask for. */
export type Refuse = (kind: FakeLumarErrorKind, message: string) => Refusal;

/** {@link Refuse} for these settings. */
export function createRefuse(settings: Settings): Refuse {
  return (kind, message) => {
    const shape = settings.errors[kind];
    return new Refusal(shape?.message ?? message, shape?.code ?? defaultCodes[kind], shape?.status ?? 200);
  };
}
