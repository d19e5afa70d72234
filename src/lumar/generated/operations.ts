// Written by `npm run codegen` from graphql/. Do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type CreateServiceAccountInput = {
  accountId: string | number;
  description?: string | null | undefined;
  /** At most 255 characters. */
  name: string;
  roleCode: RoleCode;
};

export type CreateServiceAccountKeyInput = {
  expiresAt?: string | null | undefined;
  name?: string | null | undefined;
  serviceAccountId: string | number;
};

export type DeleteServiceAccountInput = {
  serviceAccountId: string | number;
};

export type DeleteUserKeyInput = {
  userKeyId: string | number;
};

export type RevokeServiceAccountKeyInput = {
  serviceAccountKeyId: string | number;
};

/** What a user or a service account may do within one account. */
export type RoleCode =
  | 'Admin'
  | 'Editor'
  | 'Viewer';

export type UpdateServiceAccountInput = {
  /** Null clears the description. */
  description?: string | null | undefined;
  enabled?: boolean | null | undefined;
  name?: string | null | undefined;
  roleCode?: RoleCode | null | undefined;
  serviceAccountId: string | number;
};

export type GetAccountQueryVariables = Exact<{
  accountId: string | number;
}>;


export type GetAccountQuery = { node:
    | { id: string, name: string | null }
    | Record<PropertyKey, never>
   | null };

export type ListAccountsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ListAccountsQuery = { me: { accounts: { nodes: Array<{ id: string, name: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ServiceAccountFieldsFragment = { id: string, name: string, description: string | null, roleCode: RoleCode, enabled: boolean, createdAt: string, updatedAt: string };

export type ServiceAccountKeyFieldsFragment = { id: string, name: string | null, lastUsedAt: string | null, expiresAt: string | null, revokedAt: string | null, createdAt: string };

export type ListServiceAccountKeysQueryVariables = Exact<{
  serviceAccountId: string | number;
}>;


export type ListServiceAccountKeysQuery = { serviceAccount: { id: string, name: string, keys: Array<{ id: string, name: string | null, lastUsedAt: string | null, expiresAt: string | null, revokedAt: string | null, createdAt: string, createdByUser: { id: string, username: string | null } | null }> } | null };

export type CreateServiceAccountKeyMutationVariables = Exact<{
  input: CreateServiceAccountKeyInput;
}>;


export type CreateServiceAccountKeyMutation = { createServiceAccountKey: { id: string, name: string | null, secret: string | null, expiresAt: string | null, createdAt: string } };

export type RevokeServiceAccountKeyMutationVariables = Exact<{
  input: RevokeServiceAccountKeyInput;
}>;


export type RevokeServiceAccountKeyMutation = { revokeServiceAccountKey: { serviceAccountKey: { id: string, revokedAt: string | null } } };

export type ListServiceAccountsQueryVariables = Exact<{
  accountId: string | number;
}>;


export type ListServiceAccountsQuery = { node:
    | { id: string, name: string | null, serviceAccounts: Array<{ id: string, name: string, description: string | null, roleCode: RoleCode, enabled: boolean, createdAt: string, updatedAt: string, keys: Array<{ id: string, name: string | null, lastUsedAt: string | null, expiresAt: string | null, revokedAt: string | null, createdAt: string }> }> }
    | Record<PropertyKey, never>
   | null };

export type GetServiceAccountQueryVariables = Exact<{
  serviceAccountId: string | number;
}>;


export type GetServiceAccountQuery = { serviceAccount: { id: string, name: string, description: string | null, roleCode: RoleCode, enabled: boolean, createdAt: string, updatedAt: string, account: { id: string, name: string | null }, createdByUser: { id: string, username: string | null } | null, role: { code: RoleCode, name: string }, keys: Array<{ id: string, name: string | null, lastUsedAt: string | null, expiresAt: string | null, revokedAt: string | null, createdAt: string }> } | null };

export type CreateServiceAccountMutationVariables = Exact<{
  input: CreateServiceAccountInput;
}>;


export type CreateServiceAccountMutation = { createServiceAccount: { serviceAccount: { id: string, name: string, description: string | null, roleCode: RoleCode, enabled: boolean, createdAt: string, updatedAt: string } } };

export type UpdateServiceAccountMutationVariables = Exact<{
  input: UpdateServiceAccountInput;
}>;


export type UpdateServiceAccountMutation = { updateServiceAccount: { serviceAccount: { id: string, name: string, description: string | null, roleCode: RoleCode, enabled: boolean, createdAt: string, updatedAt: string } } };

export type DeleteServiceAccountMutationVariables = Exact<{
  input: DeleteServiceAccountInput;
}>;


export type DeleteServiceAccountMutation = { deleteServiceAccount: { serviceAccount: { id: string } } };

export type LoginWithUserKeyMutationVariables = Exact<{
  userKeyId: string | number;
  secret: string;
}>;


export type LoginWithUserKeyMutation = { createSessionUsingUserKey: { token: string } };

export type DeleteSessionMutationVariables = Exact<{ [key: string]: never; }>;


export type DeleteSessionMutation = { deleteSession: { token: string } };

export type VersionQueryVariables = Exact<{ [key: string]: never; }>;


export type VersionQuery = { version: string };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, username: string | null } | null };

export type CreateUserKeyMutationVariables = Exact<{ [key: string]: never; }>;


export type CreateUserKeyMutation = { createUserKey: { id: string, secret: string | null } };

export type DeleteUserKeyMutationVariables = Exact<{
  input: DeleteUserKeyInput;
}>;


export type DeleteUserKeyMutation = { deleteUserKey: { userKey: { id: string } } };

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
export const ServiceAccountFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ServiceAccountFields on ServiceAccount {
  id
  name
  description
  roleCode
  enabled
  createdAt
  updatedAt
}
    `, {"fragmentName":"ServiceAccountFields"}) as unknown as TypedDocumentString<ServiceAccountFieldsFragment, unknown>;
export const ServiceAccountKeyFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ServiceAccountKeyFields on ServiceAccountKey {
  id
  name
  lastUsedAt
  expiresAt
  revokedAt
  createdAt
}
    `, {"fragmentName":"ServiceAccountKeyFields"}) as unknown as TypedDocumentString<ServiceAccountKeyFieldsFragment, unknown>;
export const GetAccountDocument = /*#__PURE__*/ new TypedDocumentString(`
    query GetAccount($accountId: ObjectID!) {
  node(id: $accountId) {
    ... on Account {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<GetAccountQuery, GetAccountQueryVariables>;
export const ListAccountsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ListAccounts($first: Int!, $after: String) {
  me {
    accounts(first: $first, after: $after) {
      nodes {
        id
        name
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ListAccountsQuery, ListAccountsQueryVariables>;
export const ListServiceAccountKeysDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ListServiceAccountKeys($serviceAccountId: ObjectID!) {
  serviceAccount(id: $serviceAccountId) {
    id
    name
    keys {
      ...ServiceAccountKeyFields
      createdByUser {
        id
        username
      }
    }
  }
}
    fragment ServiceAccountKeyFields on ServiceAccountKey {
  id
  name
  lastUsedAt
  expiresAt
  revokedAt
  createdAt
}`) as unknown as TypedDocumentString<ListServiceAccountKeysQuery, ListServiceAccountKeysQueryVariables>;
export const CreateServiceAccountKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateServiceAccountKey($input: CreateServiceAccountKeyInput!) {
  createServiceAccountKey(input: $input) {
    id
    name
    secret
    expiresAt
    createdAt
  }
}
    `) as unknown as TypedDocumentString<CreateServiceAccountKeyMutation, CreateServiceAccountKeyMutationVariables>;
export const RevokeServiceAccountKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RevokeServiceAccountKey($input: RevokeServiceAccountKeyInput!) {
  revokeServiceAccountKey(input: $input) {
    serviceAccountKey {
      id
      revokedAt
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeServiceAccountKeyMutation, RevokeServiceAccountKeyMutationVariables>;
export const ListServiceAccountsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ListServiceAccounts($accountId: ObjectID!) {
  node(id: $accountId) {
    ... on Account {
      id
      name
      serviceAccounts {
        ...ServiceAccountFields
        keys {
          ...ServiceAccountKeyFields
        }
      }
    }
  }
}
    fragment ServiceAccountFields on ServiceAccount {
  id
  name
  description
  roleCode
  enabled
  createdAt
  updatedAt
}
fragment ServiceAccountKeyFields on ServiceAccountKey {
  id
  name
  lastUsedAt
  expiresAt
  revokedAt
  createdAt
}`) as unknown as TypedDocumentString<ListServiceAccountsQuery, ListServiceAccountsQueryVariables>;
export const GetServiceAccountDocument = /*#__PURE__*/ new TypedDocumentString(`
    query GetServiceAccount($serviceAccountId: ObjectID!) {
  serviceAccount(id: $serviceAccountId) {
    ...ServiceAccountFields
    account {
      id
      name
    }
    createdByUser {
      id
      username
    }
    role {
      code
      name
    }
    keys {
      ...ServiceAccountKeyFields
    }
  }
}
    fragment ServiceAccountFields on ServiceAccount {
  id
  name
  description
  roleCode
  enabled
  createdAt
  updatedAt
}
fragment ServiceAccountKeyFields on ServiceAccountKey {
  id
  name
  lastUsedAt
  expiresAt
  revokedAt
  createdAt
}`) as unknown as TypedDocumentString<GetServiceAccountQuery, GetServiceAccountQueryVariables>;
export const CreateServiceAccountDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateServiceAccount($input: CreateServiceAccountInput!) {
  createServiceAccount(input: $input) {
    serviceAccount {
      ...ServiceAccountFields
    }
  }
}
    fragment ServiceAccountFields on ServiceAccount {
  id
  name
  description
  roleCode
  enabled
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<CreateServiceAccountMutation, CreateServiceAccountMutationVariables>;
export const UpdateServiceAccountDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UpdateServiceAccount($input: UpdateServiceAccountInput!) {
  updateServiceAccount(input: $input) {
    serviceAccount {
      ...ServiceAccountFields
    }
  }
}
    fragment ServiceAccountFields on ServiceAccount {
  id
  name
  description
  roleCode
  enabled
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<UpdateServiceAccountMutation, UpdateServiceAccountMutationVariables>;
export const DeleteServiceAccountDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteServiceAccount($input: DeleteServiceAccountInput!) {
  deleteServiceAccount(input: $input) {
    serviceAccount {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteServiceAccountMutation, DeleteServiceAccountMutationVariables>;
export const LoginWithUserKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation LoginWithUserKey($userKeyId: ObjectID!, $secret: String!) {
  createSessionUsingUserKey(input: {userKeyId: $userKeyId, secret: $secret}) {
    token
  }
}
    `) as unknown as TypedDocumentString<LoginWithUserKeyMutation, LoginWithUserKeyMutationVariables>;
export const DeleteSessionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteSession {
  deleteSession {
    token
  }
}
    `) as unknown as TypedDocumentString<DeleteSessionMutation, DeleteSessionMutationVariables>;
export const VersionDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Version {
  version
}
    `) as unknown as TypedDocumentString<VersionQuery, VersionQueryVariables>;
export const MeDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Me {
  me {
    id
    username
  }
}
    `) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const CreateUserKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateUserKey {
  createUserKey {
    id
    secret
  }
}
    `) as unknown as TypedDocumentString<CreateUserKeyMutation, CreateUserKeyMutationVariables>;
export const DeleteUserKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteUserKey($input: DeleteUserKeyInput!) {
  deleteUserKey(input: $input) {
    userKey {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteUserKeyMutation, DeleteUserKeyMutationVariables>;