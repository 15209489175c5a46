// Whether the server can do its work.
import 'server-only';
import { log } from '@/lib/platform/log';
import { countFullAdmins } from '@/lib/store/people';
import { auditIsBehind } from './audit';
import { authorize } from './authorize';
import type { Actor } from './session';

/** `audit`: changes were made whose outcome is not on record yet, and no further one is until it can be written. */
export type NotReadyReason = 'database' | 'audit';

/** Ready, or why not. Told to guests too, so the reasons name no path and no version. */
export async function readiness(
  actor: Actor,
): Promise<{ ready: boolean; reasons: readonly NotReadyReason[] }> {
  const allowed = await authorize(actor, 'app.health');
  if (!allowed.ok) return { ready: false, reasons: [] };
  try {
    countFullAdmins();
    return auditIsBehind() ? { ready: false, reasons: ['audit'] } : { ready: true, reasons: [] };
  } catch (error) {
    log().error({ error }, 'the database does not answer');
    return { ready: false, reasons: ['database'] };
  }
}
