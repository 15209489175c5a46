// The tables as TypeScript sees them. Times are milliseconds since 1970, but for Better Auth's own (ISO text).
import type { Generated } from 'kysely';

export type UserTable = {
  id: string;
  name: string;
  email: string;
  emailVerified: number;
  image: string | null;
  createdAt: string;
  updatedAt: string;
  role: string;
  disabled: number;
  scopeNamespaces: string | null;
  scopeNetworks: string | null;
  scopeAccounts: string | null;
};

export type SessionTable = {
  id: string;
  expiresAt: string;
  token: string;
  createdAt: string;
  updatedAt: string;
  ipAddress: string | null;
  userAgent: string | null;
  userId: string;
};

/** How somebody signs in: a password, or an identity of the provider of single sign-on. */
export type AccountTable = { id: string; accountId: string; providerId: string; userId: string };

export type ApiKeyTable = {
  id: string;
  name: string;
  hash: string;
  role: string;
  scope_namespaces: string | null;
  owner_id: string | null;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
  scope_networks: string | null;
  expires_at: number | null;
  shown_prefix: string | null;
};

export type OneTimeLinkTable = {
  id: string;
  hash: string;
  purpose: 'invite' | 'reset';
  email: string;
  /** Of an invitation: what the account may do. */
  role: string | null;
  scope_namespaces: string | null;
  scope_networks: string | null;
  created_by: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
};

export type SignInAddressTable = { address: string; window_start: number; tries: number };

export type SsoStateTable = {
  hash: string;
  nonce: string;
  verifier: string;
  next: string;
  created_at: number;
  expires_at: number;
};

export type SetupSecretTable = {
  id: Generated<number>;
  hash: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
};

export type SignInFailureTable = { email: string; failures: number; blocked_until: number };

export type AttemptTable = {
  id: string;
  actor_id: string;
  action: string;
  target: string;
  request: string | null;
  state: 'running' | 'done' | 'refused' | 'unknown';
  result: string | null;
  created_at: number;
  settled_at: number | null;
};

export type TokenNoteTable = {
  account: string;
  uuid: string;
  name: string;
  owner: string | null;
  purpose: string | null;
  ticket: string | null;
  /** A JSON list. */
  tags: string;
  review_by: string | null;
  updated_at: number;
  updated_by: string;
};

/** How an account is shown; null for what is not chosen. */
export type AccountLookTable = { slug: string; name: string | null; colour: string | null };
/** `code` is one of domain/findings.ts. */
export type DueRuleTable = {
  code: string;
  is_on: number;
  days: number | null;
  updated_at: number;
  updated_by: string;
};

export type AuditTable = {
  seq: number;
  at: number;
  phase: 'intent' | 'outcome' | 'single';
  intent_seq: number | null;
  actor_kind: string;
  actor_id: string;
  actor_name: string;
  source: string | null;
  action: string;
  target: string;
  account: string | null;
  outcome: string | null;
  detail: string;
  upstream_request_id: string | null;
  prev_hash: string;
  hash: string;
};

export type Schema = {
  user: UserTable;
  session: SessionTable;
  account: AccountTable;
  api_key: ApiKeyTable;
  setup_secret: SetupSecretTable;
  sign_in_failure: SignInFailureTable;
  one_time_link: OneTimeLinkTable;
  sign_in_address: SignInAddressTable;
  sso_state: SsoStateTable;
  attempt: AttemptTable;
  token_note: TokenNoteTable;
  account_look: AccountLookTable;
  due_rule: DueRuleTable;
  audit: AuditTable;
};
