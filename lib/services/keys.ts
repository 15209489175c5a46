// Keys for machines: made once, shown once, stored hashed.
import 'server-only';
import { randomUUID } from 'node:crypto';
import { type AccessScope, lowerRole, narrowScope, parseRole, type Role } from '@/lib/domain/access';
import { type LimitsInput, readLimits } from '@/lib/domain/limits';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { insertKey, type KeyRow, listKeyRows, revokeKeyNamed } from '@/lib/store/keys';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { newKey, shownPrefix } from './key-format';
import { hashSecret } from './secrets';
import { type Actor, ownerOf, readScope } from './session';

const DAY_MS = 86_400_000;
const DAYS_MAX = 365;
const DAYS_USUAL = 90;
const NO_LIMITS: LimitsInput = { namespaces: '', stagingOnly: false };

/** A key that was just made. This is the only place where it is ever shown. */
export type MadeKey = { key: string; name: string; expiresAt: number };

/** Anything but `active` is refused at each use. */
export type KeyState = 'active' | 'expired' | 'revoked' | 'owner disabled';

export type KeyInfo = {
  name: string;
  /** The beginning of the key; null for one that was made before it was kept. */
  prefix: string | null;
  role: string;
  /** What the key may do now: the lower of its role and its owner's. */
  level: string;
  limits: AccessScope;
  /** E-mail of who made it; null for the operator's. */
  owner: string | null;
  createdAt: number;
  /** Null for a key that was made before keys ended. */
  expiresAt: number | null;
  /** Days that it still works, begun ones included. */
  daysLeft: number | null;
  lastUsedAt: number | null;
  state: KeyState;
};

const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/**
 * Makes a key that acts for who makes it, with at most their role and limits, for 1 to 365 days. The answer is the only
 * place where it is ever shown. Problems: `invalid-fields`, `conflict`, `forbidden`.
 */
export async function createKey(
  actor: Actor,
  name: string,
  role: Role,
  { days = DAYS_USUAL, limits = NO_LIMITS }: { days?: number; limits?: LimitsInput } = {},
): Promise<Result<MadeKey>> {
  const allowed = await authorize(actor, 'key.change');
  if (!allowed.ok) return allowed;
  const columns = readLimits(limits);
  const fields = wrongFields(actor, name, role, days);
  if ('wrong' in columns) fields.namespaces = [columns.wrong];
  if ('wrong' in columns || Object.keys(fields).length > 0)
    return fail('invalid-fields', 422, 'The key could not be made.', 'Nothing was changed.', { fields });
  // Of a limited maker: a key made by a key must not reach further than that one, whoever owns both.
  const scope = narrowScope(readScope(columns.namespaces, columns.networks, null), actor.scope);
  const { namespaces, networks } = scope;
  const detail = { role, days, namespaces, networks };
  return withAudit(actor, { action: 'key.create', target: name, account: null, detail }, async () => {
    const key = newKey();
    const expiresAt = now() + days * DAY_MS;
    const isNew = await insertKey({
      id: randomUUID(),
      name,
      hash: hashSecret(key),
      role,
      scope_namespaces: namespaces && JSON.stringify(namespaces),
      scope_networks: networks && JSON.stringify(networks),
      owner_id: await ownerOf(actor),
      expires_at: expiresAt,
      shown_prefix: shownPrefix(key),
    });
    if (isNew) return ok({ key, name, expiresAt });
    return fail(
      'conflict',
      409,
      `There is a key ${name} already.`,
      'Nothing was changed. Choose another name; that of a revoked key stays taken, as the audit names it.',
      { fields: { name: ['This name is taken.'] } },
    );
  });
}

function wrongFields(actor: Actor, name: string, role: Role, days: number): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  if (!KEY_NAME.test(name))
    fields.name = ['A key name has 1 to 64 letters, digits or . _ : - and starts with a letter or digit.'];
  const level = parseRole(actor.level);
  if (!level || lowerRole(role, level) !== role) fields.role = [`At most your own role, ${actor.level}.`];
  if (!Number.isInteger(days) || days < 1 || days > DAYS_MAX)
    fields.days = [`A key ends after 1 to ${DAYS_MAX} days.`];
  return fields;
}

/** Revokes a key; it is dead at the next request. Problems: `not-found`, `forbidden`. */
export async function revokeKey(actor: Actor, name: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'key.change');
  if (!allowed.ok) return allowed;
  return withAudit(actor, { action: 'key.revoke', target: name, account: null }, async () => {
    if (await revokeKeyNamed(name)) return ok(null);
    return fail('not-found', 404, `There is no key ${name} that could be revoked.`, 'Nothing was changed.');
  });
}

/** All keys, never a key itself. Problems: `not-signed-in`, `forbidden`. */
export async function listKeys(actor: Actor): Promise<Result<readonly KeyInfo[]>> {
  const allowed = await authorize(actor, 'key.read');
  if (!allowed.ok) return allowed;
  const at = now();
  return ok((await listKeyRows()).map((row) => keyInfo(row, at)));
}

function keyInfo(row: KeyRow, at: number): KeyInfo {
  const [role, ownerRole] = [parseRole(row.role), parseRole(row.owner_role ?? row.role)];
  return {
    name: row.name,
    prefix: row.shown_prefix,
    role: row.role,
    level: role && ownerRole ? lowerRole(role, ownerRole) : row.role,
    limits: readScope(row.scope_namespaces, row.scope_networks, null),
    owner: row.owner_email,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    daysLeft: row.expires_at && Math.max(0, Math.ceil((row.expires_at - at) / DAY_MS)),
    lastUsedAt: row.last_used_at,
    state: stateOf(row, at),
  };
}

function stateOf(row: KeyRow, at: number): KeyState {
  if (row.revoked_at !== null) return 'revoked';
  if (row.expires_at !== null && row.expires_at <= at) return 'expired';
  return row.owner_disabled === 1 ? 'owner disabled' : 'active';
}
