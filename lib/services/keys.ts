// Keys for machines: made once, shown once, stored hashed.
import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Role } from '@/lib/domain/access';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { insertKey, listKeyRows, revokeKeyNamed } from '@/lib/store/keys';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { hashKey, newKey } from './key-format';
import type { Actor } from './session';

export type KeyInfo = {
  name: string;
  role: string;
  createdAt: number;
  lastUsedAt: number | null;
  revoked: boolean;
};

const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** Makes a key; the answer is the only place where it is ever shown. Problems: `invalid-fields`, `conflict`, `forbidden`. */
export async function createKey(actor: Actor, name: string, role: Role): Promise<Result<{ key: string }>> {
  const allowed = await authorize(actor, 'key.change');
  if (!allowed.ok) return allowed;
  if (!KEY_NAME.test(name)) {
    const words = 'A key name has 1 to 64 letters, digits or . _ : - and starts with a letter or digit.';
    return fail('invalid-fields', 422, 'The key could not be made.', `Nothing was changed. ${words}`, {
      fields: { name: [words] },
    });
  }
  return withAudit(
    actor,
    { action: 'key.create', target: name, account: null, detail: { role } },
    async () => {
      const key = newKey();
      const isNew = await insertKey({ id: randomUUID(), name, hash: hashKey(key), role });
      if (isNew) return ok({ key });
      return fail(
        'conflict',
        409,
        `There is a key ${name} already.`,
        'Nothing was changed. Choose another name.',
      );
    },
  );
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
  const rows = await listKeyRows();
  return ok(
    rows.map((row) => ({
      name: row.name,
      role: row.role,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      revoked: row.revoked_at !== null,
    })),
  );
}
