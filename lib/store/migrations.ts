// The database's versions, one list of statements each. A released one is never edited: a change is a new version.

export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // 1: people and sessions, in the shape that Better Auth reads and writes (its names, its types).
    `create table "user" (
      "id" text not null primary key, "name" text not null, "email" text not null unique,
      "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null,
      "role" text not null check ("role" in ('viewer', 'releaser', 'manager', 'admin')),
      "disabled" integer not null default 0, "scopeNamespaces" text, "scopeNetworks" text)`,
    `create table "session" (
      "id" text not null primary key, "expiresAt" date not null, "token" text not null unique,
      "createdAt" date not null, "updatedAt" date not null, "ipAddress" text, "userAgent" text,
      "userId" text not null references "user" ("id") on delete cascade)`,
    `create table "account" (
      "id" text not null primary key, "accountId" text not null, "providerId" text not null,
      "userId" text not null references "user" ("id") on delete cascade, "accessToken" text, "refreshToken" text,
      "idToken" text, "accessTokenExpiresAt" date, "refreshTokenExpiresAt" date, "scope" text, "password" text,
      "createdAt" date not null, "updatedAt" date not null)`,
    `create table "verification" (
      "id" text not null primary key, "identifier" text not null, "value" text not null, "expiresAt" date not null,
      "createdAt" date not null, "updatedAt" date not null)`,
    `create table "rateLimit" (
      "id" text not null primary key, "key" text not null unique, "count" integer not null, "lastRequest" bigint not null)`,
    `create index "session_userId_idx" on "session" ("userId")`,
    `create index "account_userId_idx" on "account" ("userId")`,
    `create index "verification_identifier_idx" on "verification" ("identifier")`,
    // Keys for machines: only the hash of a key is here.
    `create table api_key (
      id text not null primary key, name text not null unique, hash text not null unique,
      role text not null check (role in ('viewer', 'releaser', 'manager', 'admin')),
      scope_namespaces text, owner_id text references "user" (id) on delete cascade,
      created_at integer not null, last_used_at integer, revoked_at integer)`,
    // The one-time secret of the first set-up: at most one row is unused.
    `create table setup_secret (
      id integer not null primary key, hash text not null unique, created_at integer not null,
      expires_at integer not null, used_at integer)`,
    // Failed sign-ins by account, so that a forged address does not reset them.
    `create table sign_in_failure (
      email text not null primary key, failures integer not null, blocked_until integer not null)`,
    // Forms that change something at Akamai, by the id that the form carries: each is carried out once. What a
    // creation asked for is kept, so that it can be compared with what was granted.
    `create table attempt (
      id text not null primary key, actor_id text not null, action text not null, target text not null, request text,
      state text not null check (state in ('running', 'done', 'refused', 'unknown')),
      result text, created_at integer not null, settled_at integer)`,
    `create index attempt_target_idx on attempt (target, created_at)`,
    `create table audit (
      seq integer not null primary key, at integer not null, phase text not null
        check (phase in ('intent', 'outcome', 'single')),
      intent_seq integer, actor_kind text not null, actor_id text not null, actor_name text not null, source text,
      action text not null, target text not null, account text, outcome text, detail text not null,
      upstream_request_id text, prev_hash text not null, hash text not null unique)`,
    `create index audit_at_idx on audit (at)`,
    `create trigger audit_no_update before update on audit begin select raise(abort, 'the audit is append-only'); end`,
    `create trigger audit_no_replace before insert on audit
      when exists (select 1 from audit where seq >= new.seq or hash = new.hash)
      begin select raise(abort, 'the audit is append-only'); end`,
    `create trigger audit_no_delete before delete on audit begin select raise(abort, 'the audit is append-only'); end`,
  ],
  [
    // 2: keys that end and are limited to networks, and of which the beginning is shown so that they can be told apart.
    `alter table api_key add column scope_networks text`,
    `alter table api_key add column expires_at integer`,
    `alter table api_key add column shown_prefix text`,
    // Invitations and password resets: a link that works once, for one address. Only its hash is here.
    `create table one_time_link (
      id text not null primary key, hash text not null unique, purpose text not null check (purpose in ('invite', 'reset')),
      email text not null, role text check (role in ('viewer', 'releaser', 'manager', 'admin')),
      scope_namespaces text, scope_networks text, created_by text not null, created_at integer not null,
      expires_at integer not null, used_at integer)`,
    `create index one_time_link_email_idx on one_time_link (email)`,
    // Sign-ins by address of the network, so that nobody tries many accounts.
    `create table sign_in_address (
      address text not null primary key, window_start integer not null, tries integer not null)`,
    // A sign-in by the identity provider that is under way: the callback must bring the same state, once.
    `create table sso_state (
      hash text not null primary key, nonce text not null, verifier text not null, next text not null,
      created_at integer not null, expires_at integer not null)`,
    // For the filters of the audit page.
    `create index audit_actor_idx on audit (actor_name, seq)`,
    `create index audit_action_idx on audit (action, seq)`,
    `create index audit_target_idx on audit (target, seq)`,
    `create index audit_outcome_idx on audit (outcome, seq)`,
    `create index audit_intent_idx on audit (intent_seq)`,
  ],
  [
    // 3: what people know of a token besides Akamai. A token is its uuid: a name that is used again is another one.
    `create table token_note (
      account text not null, uuid text not null, name text not null, owner text, purpose text, ticket text,
      tags text not null, review_by text, updated_at integer not null, updated_by text not null,
      primary key (account, uuid))`,
    `create index token_note_name_idx on token_note (account, name, updated_at)`,
    // What was last read of each account's tokens, so that a restart shows them at once: listings and details as
    // JSON, never a value. `id` tells the credential and the account apart from others that had the same name.
    `create table known_list (id text not null primary key, account text not null, read_at integer not null)`,
    `create table known_token (
      list_id text not null references known_list (id) on delete cascade, uuid text not null,
      listing text not null, details text, primary key (list_id, uuid))`,
    // What somebody may do at most on single accounts, as a JSON list of pairs of account and role (or `none`).
    `alter table "user" add column "scopeAccounts" text`,
    // How an account is shown, where an admin chose that: its name and its colour.
    `create table account_look (slug text not null primary key, name text, colour text)`,
    // Which findings admins want to see, and from how many days on. A rule that is not here is as it was delivered.
    `create table due_rule (
      code text not null primary key, is_on integer not null, days integer, updated_at integer not null,
      updated_by text not null)`,
    // What people answered to what is due. The day is the one they saw: when it moves, the answer is void.
    `create table due_answer (
      account text not null, uuid text not null, kind text not null, day text not null,
      state text not null check (state in ('acknowledged', 'snoozed')), until text, reason text not null,
      answered_at integer not null, answered_by text not null, primary key (account, uuid, kind))`,
    // The last review of a token after which it stayed. Until when is the note's review_by.
    `create table token_review (
      account text not null, uuid text not null, remark text, reviewed_at integer not null, reviewed_by text not null,
      primary key (account, uuid))`,
    // Where notices go: addresses of mail, or a webhook whose address and secret are sealed (see sealing.ts); `target` is
    // what is shown of it. Days of the ladder by kind of date; a kind that is not here is as it was delivered.
    `create table notice_channel (
      id text not null primary key, name text not null unique, kind text not null check (kind in ('mail', 'slack', 'webhook')),
      target text not null, sealed text, kinds text not null, accounts text, owner text, digest_hour integer,
      since text not null, last_digest_at integer not null, is_on integer not null, created_at integer not null,
      created_by text not null, updated_at integer not null)`,
    `create table notice_ladder (
      kind text not null primary key, steps text not null, updated_at integer not null, updated_by text not null)`,
    // A message is sent until it is taken or given up. A notice is one step of one date, told once through a channel:
    // its key is what keeps it from being told twice, so that it outlives the date.
    `create table notice_message (
      id text not null primary key, channel_id text not null references notice_channel (id) on delete cascade,
      is_test integer not null, as_of text not null, read_at integer not null,
      state text not null check (state in ('queued', 'sending', 'sent', 'failed')),
      tries integer not null, next_at integer not null, words text, created_at integer not null, settled_at integer)`,
    `create index notice_message_state_idx on notice_message (state, next_at)`,
    `create index notice_message_created_idx on notice_message (created_at)`,
    `create table notice (
      channel_id text not null references notice_channel (id) on delete cascade, uuid text not null, kind text not null,
      day text not null, step integer not null, account text not null, name text not null, owner text,
      message_id text not null references notice_message (id) on delete cascade,
      primary key (channel_id, uuid, kind, day, step))`,
    `create index notice_message_idx on notice (message_id)`,
    // Calendars to subscribe to: the address holds the secret, and here is its hash.
    `create table calendar_feed (
      id text not null primary key, name text not null, hash text not null unique, account text not null, kinds text not null,
      owner_id text references "user" (id) on delete cascade, created_at integer not null, last_used_at integer,
      revoked_at integer)`,
    // Runs that refresh many tokens. attempt is the form that began one; a run is held while nothing gets through to
    // Akamai. A token's attempt is the change that is made for it, and sent_at is on the disk before that is sent.
    `create table bulk_run (
      id text not null primary key, attempt text not null unique, account text not null, actor_kind text not null,
      actor_id text not null, actor_name text not null, retry_of text, began_at integer not null, cancelled_at integer,
      cancelled_by text, held_since integer, held_words text, next_at integer not null)`,
    `create index bulk_run_account_idx on bulk_run (account, began_at)`,
    `create table bulk_item (
      run_id text not null references bulk_run (id) on delete cascade, position integer not null, name text not null,
      state text not null check (state in ('waiting', 'sending', 'checking', 'done', 'failed', 'unknown', 'cancelled')),
      tries integer not null, attempt text, sent_at integer, code text, words text, at integer not null,
      primary key (run_id, position))`,
    `create index bulk_item_state_idx on bulk_item (state, run_id)`,
    // What the last scan of an account's live EdgeWorkers versions read: what is active where, and of each bundle what the
    // bundle doctor may keep. A version's content never changes; a combined bundle is a revision of it, else ''.
    `create table usage_scan (
      list_id text not null primary key, account text not null, began_at integer not null, listed_at integer,
      ended_at integer, cancelled_by text, held_words text, problem text)`,
    `create table usage_edgeworker (
      list_id text not null references usage_scan (list_id) on delete cascade, id text not null, name text not null,
      staging text, production text, staging_revision text not null, production_revision text not null,
      fault text, read_at integer not null, primary key (list_id, id))`,
    `create table usage_version (
      list_id text not null references usage_scan (list_id) on delete cascade, edgeworker text not null,
      version text not null, revision text not null, checksum text, bytes integer, format integer not null, facts text,
      fault text, seen_at integer not null, primary key (list_id, edgeworker, version, revision))`,
    // Deployments put a token into live versions. Each step (the upload of a new version, its activation on a network) is
    // one row, so that none is ever sent twice; sent_at and checksum are on the disk before it is sent.
    `create table deployment (
      id text not null primary key, attempt text not null unique, account text not null, actor_kind text not null,
      actor_id text not null, actor_name text not null, token text not null, replaces text, began_at integer not null)`,
    `create index deployment_account_idx on deployment (account, began_at)`,
    `create table deployment_item (
      deployment_id text not null references deployment (id) on delete cascade, position integer not null,
      edgeworker text not null, name text not null, base text not null, networks text not null, version text not null,
      primary key (deployment_id, position))`,
    `create table deployment_step (
      deployment_id text not null, position integer not null,
      kind text not null check (kind in ('upload', 'staging', 'production')),
      state text not null
        check (state in ('waiting', 'working', 'checking', 'following', 'done', 'failed', 'cancelled')),
      tries integer not null, next_at integer not null, intent integer, sent_at integer, checksum text,
      activation text, note text, code text, words text, at integer not null,
      primary key (deployment_id, position, kind),
      foreign key (deployment_id, position) references deployment_item (deployment_id, position) on delete cascade)`,
    `create index deployment_step_state_idx on deployment_step (state, next_at)`,
  ],
];
