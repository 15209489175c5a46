-- A database of version 2 as it was released, with a few rows of each kind. It is never edited: migrations start from it.
CREATE TABLE "user" (
      "id" text not null primary key, "name" text not null, "email" text not null unique,
      "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null,
      "role" text not null check ("role" in ('viewer', 'releaser', 'manager', 'admin')),
      "disabled" integer not null default 0, "scopeNamespaces" text, "scopeNetworks" text);
CREATE TABLE "session" (
      "id" text not null primary key, "expiresAt" date not null, "token" text not null unique,
      "createdAt" date not null, "updatedAt" date not null, "ipAddress" text, "userAgent" text,
      "userId" text not null references "user" ("id") on delete cascade);
CREATE TABLE "account" (
      "id" text not null primary key, "accountId" text not null, "providerId" text not null,
      "userId" text not null references "user" ("id") on delete cascade, "accessToken" text, "refreshToken" text,
      "idToken" text, "accessTokenExpiresAt" date, "refreshTokenExpiresAt" date, "scope" text, "password" text,
      "createdAt" date not null, "updatedAt" date not null);
CREATE TABLE "verification" (
      "id" text not null primary key, "identifier" text not null, "value" text not null, "expiresAt" date not null,
      "createdAt" date not null, "updatedAt" date not null);
CREATE TABLE "rateLimit" (
      "id" text not null primary key, "key" text not null unique, "count" integer not null, "lastRequest" bigint not null);
CREATE TABLE api_key (
      id text not null primary key, name text not null unique, hash text not null unique,
      role text not null check (role in ('viewer', 'releaser', 'manager', 'admin')),
      scope_namespaces text, owner_id text references "user" (id) on delete cascade,
      created_at integer not null, last_used_at integer, revoked_at integer, scope_networks text, expires_at integer, shown_prefix text);
CREATE TABLE setup_secret (
      id integer not null primary key, hash text not null unique, created_at integer not null,
      expires_at integer not null, used_at integer);
CREATE TABLE sign_in_failure (
      email text not null primary key, failures integer not null, blocked_until integer not null);
CREATE TABLE attempt (
      id text not null primary key, actor_id text not null, action text not null, target text not null, request text,
      state text not null check (state in ('running', 'done', 'refused', 'unknown')),
      result text, created_at integer not null, settled_at integer);
CREATE TABLE audit (
      seq integer not null primary key, at integer not null, phase text not null
        check (phase in ('intent', 'outcome', 'single')),
      intent_seq integer, actor_kind text not null, actor_id text not null, actor_name text not null, source text,
      action text not null, target text not null, account text, outcome text, detail text not null,
      upstream_request_id text, prev_hash text not null, hash text not null unique);
CREATE TABLE one_time_link (
      id text not null primary key, hash text not null unique, purpose text not null check (purpose in ('invite', 'reset')),
      email text not null, role text check (role in ('viewer', 'releaser', 'manager', 'admin')),
      scope_namespaces text, scope_networks text, created_by text not null, created_at integer not null,
      expires_at integer not null, used_at integer);
CREATE TABLE sign_in_address (
      address text not null primary key, window_start integer not null, tries integer not null);
CREATE TABLE sso_state (
      hash text not null primary key, nonce text not null, verifier text not null, next text not null,
      created_at integer not null, expires_at integer not null);
insert into "user" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt", "role", "disabled", "scopeNamespaces", "scopeNetworks") values ('u1', 'ann', 'ann@example.com', 1, null, '2026-11-01T08:00:00.000Z', '2026-11-01T08:00:00.000Z', 'admin', 0, null, null);
insert into "user" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt", "role", "disabled", "scopeNamespaces", "scopeNetworks") values ('u2', 'bob', 'bob@example.com', 1, null, '2026-11-02T08:00:00.000Z', '2026-11-02T08:00:00.000Z', 'releaser', 1, '["cart","promo"]', '["staging"]');
insert into "session" ("id", "expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId") values ('s1', '2099-11-01T20:00:00.000Z', 'a session of a dump', '2026-11-01T08:00:00.000Z', '2026-11-01T08:00:00.000Z', '', '', 'u1');
insert into "account" ("id", "accountId", "providerId", "userId", "accessToken", "refreshToken", "idToken", "accessTokenExpiresAt", "refreshTokenExpiresAt", "scope", "password", "createdAt", "updatedAt") values ('a1', 'u1', 'credential', 'u1', null, null, null, null, null, null, 'not a hash: nobody signs in with it', '2026-11-01T08:00:00.000Z', '2026-11-01T08:00:00.000Z');
insert into "verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt") values ('v1', 'an identifier', 'a value', '2026-11-01T09:00:00.000Z', '2026-11-01T08:00:00.000Z', '2026-11-01T08:00:00.000Z');
insert into "rateLimit" ("id", "key", "count", "lastRequest") values ('r1', 'a key', 2, 1795650000000);
insert into "api_key" ("id", "name", "hash", "role", "scope_namespaces", "owner_id", "created_at", "last_used_at", "revoked_at", "scope_networks", "expires_at", "shown_prefix") values ('k1', 'ci', '0000000000000000000000000000000000000000000000000000000000000001', 'releaser', null, null, 1793520000000, 1793520060000, null, null, null, null);
insert into "api_key" ("id", "name", "hash", "role", "scope_namespaces", "owner_id", "created_at", "last_used_at", "revoked_at", "scope_networks", "expires_at", "shown_prefix") values ('k2', 'old ci', '0000000000000000000000000000000000000000000000000000000000000002', 'viewer', '["cart"]', null, 1793520000000, null, 1793520120000, null, null, null);
insert into "api_key" ("id", "name", "hash", "role", "scope_namespaces", "owner_id", "created_at", "last_used_at", "revoked_at", "scope_networks", "expires_at", "shown_prefix") values ('k3', 'limited ci', '0000000000000000000000000000000000000000000000000000000000000004', 'releaser', '["cart"]', 'u1', 1795650000000, 1795650001000, null, '["staging"]', 1803426000000, 'etd_dump');
insert into "setup_secret" ("id", "hash", "created_at", "expires_at", "used_at") values (1, '0000000000000000000000000000000000000000000000000000000000000003', 1793520000000, 1793606400000, 1793520001000);
insert into "sign_in_failure" ("email", "failures", "blocked_until") values ('eve@example.com', 6, 1793520002000);
insert into "attempt" ("id", "actor_id", "action", "target", "request", "state", "result", "created_at", "settled_at") values ('u1 5f0c', 'u1', 'token.create', 'default/shop-reader', '{"name":"shop-reader"}', 'done', '{"ok":true,"value":{"how":"done"}}', 1793520003000, 1793520004000);
insert into "audit" ("seq", "at", "phase", "intent_seq", "actor_kind", "actor_id", "actor_name", "source", "action", "target", "account", "outcome", "detail", "upstream_request_id", "prev_hash", "hash") values (1, 1795651424325, 'intent', null, 'person', 'u1', 'ann@example.com', '192.0.2.1', 'token.create', 'shop-reader', 'default', null, '{"request":{"name":"shop-reader"}}', null, '0000000000000000000000000000000000000000000000000000000000000000', 'df09e2345c9cae32296f51f85993b824ca4e97f6e1b080f2964c66a068786f48');
insert into "audit" ("seq", "at", "phase", "intent_seq", "actor_kind", "actor_id", "actor_name", "source", "action", "target", "account", "outcome", "detail", "upstream_request_id", "prev_hash", "hash") values (2, 1795651424326, 'outcome', 1, 'person', 'u1', 'ann@example.com', '192.0.2.1', 'token.create', 'shop-reader', 'default', 'ok', '{"uuid":"it''s one"}', '3f2a', 'df09e2345c9cae32296f51f85993b824ca4e97f6e1b080f2964c66a068786f48', 'f85d0ac8768ac97dfc628ed11d4dabcf3162e5b8a3a1df6d9787d4a8369c3629');
insert into "audit" ("seq", "at", "phase", "intent_seq", "actor_kind", "actor_id", "actor_name", "source", "action", "target", "account", "outcome", "detail", "upstream_request_id", "prev_hash", "hash") values (3, 1795651424326, 'single', null, 'person', 'u1', 'ann@example.com', '192.0.2.1', 'session.create', 'ann@example.com', 'default', 'ok', '{}', null, 'f85d0ac8768ac97dfc628ed11d4dabcf3162e5b8a3a1df6d9787d4a8369c3629', 'add9fc058c8474b8f4bfa0e363bcd44d244d0117500e4f135ba93a92676765eb');
insert into "one_time_link" ("id", "hash", "purpose", "email", "role", "scope_namespaces", "scope_networks", "created_by", "created_at", "expires_at", "used_at") values ('l1', '0000000000000000000000000000000000000000000000000000000000000005', 'invite', 'carl@example.com', 'manager', '["cart"]', '["staging"]', 'u1', 1795650000000, 1795653600000, null);
insert into "one_time_link" ("id", "hash", "purpose", "email", "role", "scope_namespaces", "scope_networks", "created_by", "created_at", "expires_at", "used_at") values ('l2', '0000000000000000000000000000000000000000000000000000000000000006', 'reset', 'bob@example.com', null, null, null, 'operator', 1795650000000, 1795653600000, 1795650100000);
insert into "sign_in_address" ("address", "window_start", "tries") values ('192.0.2.7', 1795650000000, 3);
insert into "sso_state" ("hash", "nonce", "verifier", "next", "created_at", "expires_at") values ('0000000000000000000000000000000000000000000000000000000000000007', 'a nonce', 'a verifier', '/default/due', 1795650000000, 1795650600000);
CREATE INDEX "session_userId_idx" on "session" ("userId");
CREATE INDEX "account_userId_idx" on "account" ("userId");
CREATE INDEX "verification_identifier_idx" on "verification" ("identifier");
CREATE INDEX attempt_target_idx on attempt (target, created_at);
CREATE INDEX audit_at_idx on audit (at);
CREATE TRIGGER audit_no_update before update on audit begin select raise(abort, 'the audit is append-only'); end;
CREATE TRIGGER audit_no_replace before insert on audit
      when exists (select 1 from audit where seq >= new.seq or hash = new.hash)
      begin select raise(abort, 'the audit is append-only'); end;
CREATE TRIGGER audit_no_delete before delete on audit begin select raise(abort, 'the audit is append-only'); end;
CREATE INDEX one_time_link_email_idx on one_time_link (email);
CREATE INDEX audit_actor_idx on audit (actor_name, seq);
CREATE INDEX audit_action_idx on audit (action, seq);
CREATE INDEX audit_target_idx on audit (target, seq);
CREATE INDEX audit_outcome_idx on audit (outcome, seq);
CREATE INDEX audit_intent_idx on audit (intent_seq);
pragma user_version = 2;
