/** What a refusal may bear besides its status, code and message. */
interface Extras {
  readonly details?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by handlers; the service puts it into the shape that its part of the API has. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly details: object | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, { details, headers = {} }: Extras = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

/** The documented answer of the admin API to no credential and to a bad one. */
export const badCredential = (): Refusal => new Refusal(401, "invalid_token", "Invalid or expired access token");

/** The same of the registration endpoints. */
export const badRegistrationCredential = (): Refusal =>
  new Refusal(401, "invalid_token", "Invalid or missing registration credential", { headers: { "www-authenticate": "Bearer" } });

/** The answer of the OAuth endpoints to a client that cannot say who it is. */
export const badClient = (): Refusal =>
  new Refusal(401, "invalid_client", "Client authentication failed", { headers: { "www-authenticate": "Basic" } });

/** What is wrong with a request itself. */
export const badRequest = (message: string): Refusal => new Refusal(400, "invalid_request", message);
