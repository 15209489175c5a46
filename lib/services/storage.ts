// When our own disk refuses: said in words, and nothing is begun that could not be remembered.
import 'server-only';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { log } from '@/lib/platform/log';

/**
 * The result of `write`, which must be on the disk before anything else happens. Problem `storage-unavailable` (503)
 * when it throws: the disk is full, read-only or fails. (Its error says little: libsql hides it behind the rollback's.)
 */
export async function mustStore<T>(write: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return ok(await write());
  } catch (error) {
    log().error({ error }, 'the database does not take a change');
    return fail(
      'storage-unavailable',
      503,
      'Token Desk cannot store anything now.',
      'Nothing was changed. Tell the operator that the disk may be full; it works again as soon as there is space.',
    );
  }
}

/** Tries to store what only helps later; what was done or asked for stays true without it. The log has a failure. */
export async function tryToStore(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    log().error({ error }, 'the database does not take a note');
  }
}
