import { json, type Answer } from "../shared/answer.ts";
import type { FakeCloudTowerErrorKind, Settings } from "./options.ts";

interface Shape {
  readonly status: number;
  readonly code?: string | number;
}

const defaults: Record<FakeCloudTowerErrorKind, Shape> = {
  restCredential: { status: 401 },
  graphqlCredential: { status: 200, code: "LOAD_TOKEN_FAILED" },
  restLogin: { status: 400 },
  graphqlLogin: { status: 200 },
  secondFactor: { status: 400 },
  permission: { status: 200, code: "PERMISSION_DENIED" },
  unknownKey: { status: 200, code: 3039 },
  document: { status: 400 },
};

/** Thrown where something is refused; each API makes its own answer of it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string | number | undefined;
  /** What a REST answer tells besides. */
  readonly props: object | undefined;

  constructor(status: number, message: string, code?: string | number, props?: object) {
    super(message);
    this.status = status;
    this.code = code;
    this.props = props;
  }
}

/** Makes the refusals of one fake, in the form that its options ask for. */
export type Refuse = (kind: FakeCloudTowerErrorKind, message: string, code?: string) => Refusal;

/** {@link Refuse} for these settings. */
export function createRefuse({ errors }: Settings): Refuse {
  return (kind, message, code) => {
    const shape = { ...defaults[kind], ...(code === undefined ? {} : { code }), ...errors[kind] };
    return new Refusal(shape.status, errors[kind]?.message ?? message, shape.code);
  };
}

/** What is wrong with a REST request. */
export function badRequest(message: string): Refusal {
  return new Refusal(400, message);
}

/** The REST API's body for everything that failed. */
export function restError({ status, message, code, props }: Refusal, path: string): Answer {
  return json(status, { message, status, path, code, props });
}

/** One error of a GraphQL answer, its code at the place that the options ask for. */
export function graphqlError(message: string, code: string | number | undefined, { codeIn }: Settings): object {
  if (code === undefined) return { message };
  return codeIn === "error" ? { message, code } : { message, extensions: { code } };
}

/** The GraphQL API's answer to a request that was refused as a whole. */
export function graphqlRefusal({ status, message, code }: Refusal, settings: Settings): Answer {
  return json(status, { errors: [graphqlError(message, code, settings)], data: null });
}

/** Sends a client to another URL. */
export function redirect(status: number, location: string): Answer {
  return { status, body: "", headers: { location } };
}
