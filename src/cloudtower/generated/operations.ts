// Written by `npm run codegen` from graphql/. Do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Observed name; the members are those of the REST login. */
export type LoginInput = {
  /** Documented for REST. The id of an AuthnStrategy, with the source AUTHN. */
  auth_config_id?: string | null | undefined;
  /** Documented for REST. Chooses a channel; there is no member for the code itself. */
  mfa_type?: MfaType | null | undefined;
  /** Observed, in plain text. */
  password: string;
  /** Observed. */
  source?: UserSource | null | undefined;
  /** Observed. */
  username: string;
};

/** Documented for REST. The channel of a second factor. */
export type MfaType =
  | 'Mail'
  | 'Sms';

/** Documented for REST. Servers may know more. */
export type UserRolePreset =
  | 'ADMIN'
  | 'AUDITOR'
  | 'READ_ONLY'
  | 'ROOT'
  | 'USER_ADMIN'
  | 'VM_USER'
  | 'WORKLOAD_CLUSTER_USER';

/** Documented for REST. Where a user's password is kept. */
export type UserSource =
  | 'AUTHN'
  /** Deprecated since 3.0.0: AUTHN, with the id of a strategy whose type is LDAP. */
  | 'LDAP'
  | 'LOCAL'
  | 'SSO';

export type CreateApiKeyMutationVariables = Exact<{
  name: string;
}>;


export type CreateApiKeyMutation = { createApiKey: { id: string, key: string, roles: Array<{ id: string, preset: UserRolePreset | null }> | null } | null };

export type DeleteApiKeyMutationVariables = Exact<{
  key: string;
}>;


export type DeleteApiKeyMutation = { deleteApiKey: { id: string } | null };

export type DeleteApiKeyByIdMutationVariables = Exact<{
  id: string;
}>;


export type DeleteApiKeyByIdMutation = { deleteApiKey: { id: string } | null };

export type AuthnStrategiesQueryVariables = Exact<{ [key: string]: never; }>;


export type AuthnStrategiesQuery = { authnStrategies: Array<{ id: string, type: string }> | null };

export type LoginMutationVariables = Exact<{
  data: LoginInput;
}>;


export type LoginMutation = { login: { token: string | null, uid: string | null, need_mfa: boolean | null, mfa_meta: { recipient: string | null, mid: string | null, type: MfaType | null, valid: boolean | null } | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const CreateApiKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateApiKey($name: String!) {
  createApiKey(data: {name: $name}) {
    id
    key
    roles {
      id
      preset
    }
  }
}
    `) as unknown as TypedDocumentString<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const DeleteApiKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteApiKey($key: String!) {
  deleteApiKey(where: {key: $key}) {
    id
  }
}
    `) as unknown as TypedDocumentString<DeleteApiKeyMutation, DeleteApiKeyMutationVariables>;
export const DeleteApiKeyByIdDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteApiKeyById($id: ID!) {
  deleteApiKey(where: {id: $id}) {
    id
  }
}
    `) as unknown as TypedDocumentString<DeleteApiKeyByIdMutation, DeleteApiKeyByIdMutationVariables>;
export const AuthnStrategiesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query AuthnStrategies {
  authnStrategies {
    id
    type
  }
}
    `) as unknown as TypedDocumentString<AuthnStrategiesQuery, AuthnStrategiesQueryVariables>;
export const LoginDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation Login($data: LoginInput!) {
  login(data: $data) {
    token
    uid
    need_mfa
    mfa_meta {
      recipient
      mid
      type
      valid
    }
  }
}
    `) as unknown as TypedDocumentString<LoginMutation, LoginMutationVariables>;