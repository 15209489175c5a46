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

export type DueAnswerTable = {
  account: string;
  uuid: string;
  kind: string;
  /** The date that was answered. */
  day: string;
  state: 'acknowledged' | 'snoozed';
  until: string | null;
  reason: string;
  answered_at: number;
  answered_by: string;
};

export type TokenReviewTable = {
  account: string;
  uuid: string;
  remark: string | null;
  reviewed_at: number;
  reviewed_by: string;
};

export type NoticeChannelTable = {
  id: string;
  name: string;
  kind: 'mail' | 'slack' | 'webhook';
  /** What is shown: the addresses of a mail, the beginning of a webhook's address. */
  target: string;
  /** A webhook's address and secret; see sealing.ts. */
  sealed: string | null;
  /** A JSON list of kinds of dates. */
  kinds: string;
  /** A JSON list; null for all accounts. */
  accounts: string | null;
  /** Only tokens of this owner; null for all. */
  owner: string | null;
  /** The hour (UTC) of a daily digest; null: at once. */
  digest_hour: number | null;
  /** The day from which on an expiry is news. */
  since: string;
  last_digest_at: number;
  is_on: number;
  created_at: number;
  created_by: string;
  updated_at: number;
};

export type NoticeLadderTable = {
  kind: string;
  /** A JSON list of numbers. */
  steps: string;
  updated_at: number;
  updated_by: string;
};

export type NoticeMessageTable = {
  id: string;
  channel_id: string;
  is_test: number;
  as_of: string;
  read_at: number;
  state: 'queued' | 'sending' | 'sent' | 'failed';
  /** How often it was sent, the present try included. */
  tries: number;
  next_at: number;
  /** What the last try met, for people. */
  words: string | null;
  created_at: number;
  settled_at: number | null;
};

export type NoticeTable = {
  channel_id: string;
  uuid: string;
  kind: string;
  day: string;
  step: number;
  account: string;
  name: string;
  owner: string | null;
  message_id: string;
};

export type CalendarFeedTable = {
  id: string;
  name: string;
  hash: string;
  account: string;
  /** A JSON list of kinds of dates. */
  kinds: string;
  owner_id: string | null;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
};

/** A run that refreshes many tokens. Who began it is `actor_…`. */
export type BulkRunTable = {
  id: string;
  /** Who began it and the id of their form: one form begins one run. */
  attempt: string;
  account: string;
  actor_kind: string;
  actor_id: string;
  actor_name: string;
  retry_of: string | null;
  began_at: number;
  cancelled_at: number | null;
  cancelled_by: string | null;
  /** Since when nothing got through to Akamai; null while it does. */
  held_since: number | null;
  /** What the last try of a held run met. */
  held_words: string | null;
  next_at: number;
};

export type BulkItemTable = {
  run_id: string;
  position: number;
  name: string;
  state: 'waiting' | 'sending' | 'checking' | 'done' | 'failed' | 'unknown' | 'cancelled';
  tries: number;
  /** The change that is made for it, as the audit names it; null before the first. */
  attempt: string | null;
  /** When that was sent to Akamai; null while nothing was. */
  sent_at: number | null;
  code: string | null;
  words: string | null;
  /** When it got its state. */
  at: number;
};

/** The last scan of an account's live versions; `ended_at` is null while it runs. */
export type UsageScanTable = {
  /** Which credential and account; see AkamaiClient.id. */
  list_id: string;
  account: string;
  began_at: number;
  /** When all EdgeWorkers were listed last; null before the first time. */
  listed_at: number | null;
  ended_at: number | null;
  cancelled_by: string | null;
  /** Why nothing gets through to Akamai now; null while it does. */
  held_words: string | null;
  /** Why it ended before its end. */
  problem: string | null;
};

export type UsageEdgeWorkerTable = {
  list_id: string;
  id: string;
  name: string;
  /** The active versions. */
  staging: string | null;
  production: string | null;
  /** The revisions of them that run, where they have dependencies; else empty. */
  staging_revision: string;
  production_revision: string;
  /** Why it is not known what is active. */
  fault: string | null;
  /** 0: not looked at yet. */
  read_at: number;
};

export type UsageVersionTable = {
  list_id: string;
  edgeworker: string;
  version: string;
  /** Of a combined bundle; else empty. */
  revision: string;
  /** SHA-256 of the .tgz. */
  checksum: string | null;
  bytes: number | null;
  /** Of `facts`; an older one is read again. */
  format: number;
  facts: string | null;
  /** Why it could not be read. */
  fault: string | null;
  /** When it was last seen to be live. */
  seen_at: number;
};

/** A token that is put into live versions. Who began it is `actor_…`. */
export type DeploymentTable = {
  id: string;
  /** Who began it and the id of their form: one form begins one. */
  attempt: string;
  account: string;
  actor_kind: string;
  actor_id: string;
  actor_name: string;
  /** The name of the token that is put in, and of the one that must be gone after that. */
  token: string;
  replaces: string | null;
  began_at: number;
};

export type DeploymentItemTable = {
  deployment_id: string;
  position: number;
  edgeworker: string;
  name: string;
  /** The live version. */
  base: string;
  /** A JSON list of where it is live. */
  networks: string;
  /** The new version. */
  version: string;
};

export type DeploymentStepTable = {
  deployment_id: string;
  position: number;
  kind: 'upload' | 'staging' | 'production';
  state: 'waiting' | 'working' | 'checking' | 'following' | 'done' | 'failed' | 'cancelled';
  tries: number;
  /** Not to be tried or looked up before. */
  next_at: number;
  /** The entry of the audit of what was sent last. */
  intent: number | null;
  /** When it was sent; null while it was not. */
  sent_at: number | null;
  /** SHA-256 of the bundle that was sent. */
  checksum: string | null;
  /** Akamai's id of the activation, or of the one before it while the answer to another try is not known. */
  activation: string | null;
  note: string | null;
  code: string | null;
  words: string | null;
  /** When it got its state. */
  at: number;
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
  due_answer: DueAnswerTable;
  token_review: TokenReviewTable;
  notice_channel: NoticeChannelTable;
  notice_ladder: NoticeLadderTable;
  notice_message: NoticeMessageTable;
  notice: NoticeTable;
  calendar_feed: CalendarFeedTable;
  bulk_run: BulkRunTable;
  bulk_item: BulkItemTable;
  deployment: DeploymentTable;
  deployment_item: DeploymentItemTable;
  deployment_step: DeploymentStepTable;
  usage_scan: UsageScanTable;
  usage_edgeworker: UsageEdgeWorkerTable;
  usage_version: UsageVersionTable;
  audit: AuditTable;
};
