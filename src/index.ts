export { Client } from "./lumar/client.ts";
export type { ClientOptions, RawResponse, SessionInfo } from "./lumar/client-options.ts";
export {
  accounts,
  getDefaultClient,
  me,
  request,
  serviceAccounts,
  setDefaultClient,
  userKeys,
  withClient,
} from "./lumar/default.ts";
export type { AccountList, Accounts } from "./lumar/accounts.ts";
export type { AuditOptions, KeyFinding, KeyIssue } from "./lumar/audit.ts";
export type { CreateKeyInput } from "./lumar/create-key.ts";
export type { UserKey } from "./lumar/credentials.ts";
export type { RotateOptions, RotationResult } from "./lumar/rotate.ts";
export type { ServiceAccountKeys } from "./lumar/service-account-keys.ts";
export type { CreateServiceAccountInput, ServiceAccountChanges, ServiceAccounts } from "./lumar/service-accounts.ts";
export type {
  Account,
  CreatedServiceAccountKey,
  ID,
  KnownOrNewRoleCode,
  RoleCode,
  ServiceAccount,
  ServiceAccountDetails,
  ServiceAccountKey,
  ServiceAccountWithKeys,
  User,
} from "./lumar/types.ts";
export type { UserKeys } from "./lumar/user-keys.ts";
export type { CredentialOrigin, CredentialValue } from "./core/credentials/source.ts";
export type { LoginEvent, RequestEvent } from "./core/diagnostics.ts";
export type { RequestExplanation } from "./core/explain.ts";
export type { Logger, LogLevel } from "./core/log.ts";
export type { CommonOptions, RequestOptions } from "./core/options.ts";
export { Secret } from "./core/secret.ts";
export { fileSessionStore, type FileSessionStoreOptions } from "./core/session/file-store.ts";
export { keyvSessionStore, type KeyvLike } from "./core/session/keyv-store.ts";
export { memorySessionStore } from "./core/session/memory-store.ts";
export type { SessionStore, StoredSession } from "./core/session/store.ts";
export type { Document, DocumentAst, DocumentText, DocumentTypes } from "./core/transport/document.ts";
export {
  AmbiguousMutationError,
  AuthenticationError,
  ClientClosedError,
  ConfigurationError,
  GraphQLRequestError,
  isKeylightError,
  KeylightError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ResponseFormatError,
  RestRequestError,
  SessionStoreError,
  TimeoutError,
  TransportError,
  UnexpectedRedirectError,
  ValidationError,
} from "./errors/index.ts";
export type {
  Attempt,
  AuthenticationCode,
  CauseSummary,
  ErrorDetails,
  GraphQLErrorEntry,
  RateLimit,
  Recovery,
  RecoveryCandidate,
  TransportPhase,
  ValidationIssue,
} from "./errors/index.ts";
export { version } from "./version.ts";
