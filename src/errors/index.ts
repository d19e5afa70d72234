export { KeylightError, isKeylightError } from "./keylight-error.ts";
export type { Attempt, CauseSummary, ErrorDetails, RateLimit } from "./keylight-error.ts";
export { ClientClosedError, ConfigurationError } from "./configuration.ts";
export {
  AuthenticationError,
  GraphQLRequestError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ResponseFormatError,
  RestRequestError,
  SessionStoreError,
  ValidationError,
} from "./answers.ts";
export type { AuthenticationCode, GraphQLErrorEntry, ValidationIssue } from "./answers.ts";
export { AmbiguousMutationError, TimeoutError, TransportError, UnexpectedRedirectError } from "./transport.ts";
export type { Recovery, RecoveryCandidate, TransportPhase } from "./transport.ts";
