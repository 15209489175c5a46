// Whether the server can do its work.
import 'server-only';
import { log } from '@/lib/platform/log';
import { countActiveAdmins } from '@/lib/store/people';
import { authorize } from './authorize';
import type { Actor } from './session';

/** Ready, or why not. Told to guests too, so the reasons name no path and no version. */
export async function readiness(actor: Actor): Promise<{ ready: boolean; reasons: readonly string[] }> {
  const allowed = await authorize(actor, 'app.health');
  if (!allowed.ok) return { ready: false, reasons: [] };
  try {
    await countActiveAdmins();
    return { ready: true, reasons: [] };
  } catch (error) {
    log().error({ error }, 'the database does not answer');
    return { ready: false, reasons: ['database'] };
  }
}
