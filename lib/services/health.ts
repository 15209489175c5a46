// Whether the server can do its work.
import 'server-only';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import { probeFolder } from '@/lib/store/data-folder';
import { countFullAdmins } from '@/lib/store/people';
import { hasLostLock } from '@/lib/store/server-lock';
import { auditIsBehind } from './audit';
import { authorize } from './authorize';
import type { Actor } from './session';

/**
 * `database`: it does not answer. `lock`: another server may run on the same data. `disk`: it is full, read-only or
 * fails, so that nothing can be changed. `audit`: changes were made whose outcome is not on record yet, and no further
 * one is until it can be written.
 */
export type NotReadyReason = 'database' | 'lock' | 'disk' | 'audit';

/** Ready, or why not. Told to guests too, so the reasons name no path and no version. */
export async function readiness(
  actor: Actor,
): Promise<{ ready: boolean; reasons: readonly NotReadyReason[] }> {
  const allowed = await authorize(actor, 'app.health');
  if (!allowed.ok) return { ready: false, reasons: [] };
  const reasons: NotReadyReason[] = [];
  if (!databaseAnswers()) reasons.push('database');
  else if (auditIsBehind()) reasons.push('audit');
  if (hasLostLock(settings().dataDir)) reasons.push('lock');
  if (!diskTakesFiles()) reasons.push('disk');
  return { ready: reasons.length === 0, reasons };
}

function databaseAnswers(): boolean {
  try {
    countFullAdmins();
    return true;
  } catch (error) {
    log().error({ error }, 'the database does not answer');
    return false;
  }
}

/** Anybody may ask, and asking writes: so not more often than this, milliseconds. */
const PROBE_MS = 1_000;

function diskTakesFiles(): boolean {
  const last = once('disk-probe', () => ({ at: 0, takes: true }));
  if (Math.abs(now() - last.at) < PROBE_MS) return last.takes;
  last.at = now();
  try {
    probeFolder(settings().dataDir);
    last.takes = true;
  } catch (error) {
    log().error({ error }, 'the disk takes no file');
    last.takes = false;
  }
  return last.takes;
}
