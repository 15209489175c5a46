// What an earlier run of the server left unfinished when it was killed: acts without an outcome, forms that run, messages
// that were being sent, tokens of a run that were being refreshed, steps of deployments.
import 'server-only';
import { DOUBT_MS_MAX } from '@/lib/domain/doubt';
import { now } from '@/lib/platform/clock';
import { readHead } from '@/lib/store/audit';
import { readOpenIntents, readUnknown } from '@/lib/store/audit-search';
import { takeUpItems } from '@/lib/store/bulk-runs';
import { takeUpSteps } from '@/lib/store/deployments';
import { requeueMessages } from '@/lib/store/notices';
import type { AuditTable } from '@/lib/store/schema';
import { abandonEarlierAttempts } from './attempts';
import { settleIntent } from './audit';
import { operatorActor } from './session';

/**
 * `manage` may be at work beside the server, and is an operator as the boot is: its intents are left alone until they
 * are this old, milliseconds. None of its commands takes nearly as long. All other intents are of a server, and the lock
 * of the data folder proves that it is gone.
 */
const OPERATOR_INTENT_MS = 120_000;

/** Outcomes of acts that nobody can tell the result of. */
const UNKNOWN_AFTER_RESTART = 'unknown-after-restart';

/**
 * Call it with the lock of the data folder in hand, before any request is served. Changes of tokens are looked up in
 * the background; all others have their outcome when this returns.
 */
export async function settleEarlierRun(): Promise<void> {
  await abandonEarlierAttempts();
  requeueMessages('The server ended while it was being sent.');
  takeUpSteps();
  const unsent = takeUpItems();
  const { seq } = await readHead();
  const open = (await readOpenIntents(seq)).filter(
    (intent) => intent.actor_kind !== 'operator' || now() - intent.at > OPERATOR_INTENT_MS,
  );
  for (const intent of open)
    if (!(await isSettledUnsent(intent, unsent)) && !(await takeUp(intent, false))) settleUnknown(intent);
  for (const intent of await readUnknown(now() - DOUBT_MS_MAX)) await takeUp(intent, true);
}

/** Whether it is a change of a token that can be looked up: then it will be. */
async function takeUp(intent: AuditTable, isOnRecord: boolean): Promise<boolean> {
  // With the client of Akamai, which most starts can do without.
  const { addDoubt, attemptOfIntent, doubtOfIntent } = await import('./doubts');
  const doubt = doubtOfIntent(intent);
  // Only that the earlier run had ended by now is certain of when it could have sent it.
  if (doubt) addDoubt(doubt, { intent, attempt: attemptOfIntent(intent), isOnRecord }, now());
  return doubt !== null;
}

/** Settles the intent of a refresh of a run for which nothing was sent: that one need not be looked up. */
async function isSettledUnsent(intent: AuditTable, unsent: ReadonlySet<string>): Promise<boolean> {
  if (unsent.size === 0) return false;
  const { attemptOfIntent } = await import('./doubts');
  const attempt = attemptOfIntent(intent);
  if (attempt === null || !unsent.has(attempt)) return false;
  settleIntent(operatorActor(), intent, 'not-done', { settled: 'the server ended before it was sent' });
  return true;
}

function settleUnknown(intent: AuditTable): void {
  settleIntent(operatorActor(), intent, UNKNOWN_AFTER_RESTART, {
    settled: 'at the start of the server: the one before ended in the middle of this',
  });
}
