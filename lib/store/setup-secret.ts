// The secret of the first set-up: one unused row at most, consumed by one update that only one claimer can win.
import { now } from '@/lib/platform/clock';
import { database } from './database';

const VALID_MS = 24 * 60 * 60_000;

/** Replaces whatever secret was open by this one, in one piece: two at once leave one. */
export function replaceSetupSecret(hash: string): void {
  const { raw } = database();
  const replace = raw.transaction(() => {
    raw.prepare('delete from setup_secret where used_at is null').run();
    raw
      .prepare('insert into setup_secret (hash, created_at, expires_at) values (?, ?, ?)')
      .run(hash, now(), now() + VALID_MS);
  });
  replace.immediate();
}

/** Whether a secret is open: not used and not expired. */
export async function isSetupSecretOpen(hash: string): Promise<boolean> {
  const row = await database()
    .query.selectFrom('setup_secret')
    .select('id')
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now())
    .executeTakeFirst();
  return row !== undefined;
}

/** Uses the secret up; true for exactly one caller. */
export async function consumeSetupSecret(hash: string): Promise<boolean> {
  const updated = await database()
    .query.updateTable('setup_secret')
    .set({ used_at: now() })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now())
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}
