// What an earlier run of the server left unfinished when it was killed: acts without an outcome, forms that run.
import 'server-only';
import { now } from '@/lib/platform/clock';
import { log } from '@/lib/platform/log';
import { readHead } from '@/lib/store/audit';
import { readOpenIntents } from '@/lib/store/audit-search';
import type { AuditTable } from '@/lib/store/schema';
import { abandonEarlierAttempts } from './attempts';
import { settleIntent } from './audit';
import { operatorActor } from './session';
import { wasMade } from './token-changes';

/**
 * `manage` may be at work beside the server, and is an operator as the boot is: its intents are left alone until they
 * are this old, milliseconds. None of its commands takes nearly as long. All other intents are of a server, and the lock
 * of the data folder proves that it is gone.
 */
const OPERATOR_INTENT_MS = 120_000;

/** Outcomes of acts that nobody can tell the result of. */
export const UNKNOWN_AFTER_RESTART = 'unknown-after-restart';
/** The token was looked up: the change was not made. */
const NOT_DONE = 'not-done';

/**
 * Call it with the lock of the data folder in hand, before any request is served. What needs Akamai goes on in the
 * background; the promise of that is returned inside, for those who want to wait.
 */
export async function settleEarlierRun(): Promise<{ lookedUp: Promise<void> }> {
  await abandonEarlierAttempts();
  const { seq } = await readHead();
  const open = (await readOpenIntents(seq)).filter(
    (intent) => intent.actor_kind !== 'operator' || now() - intent.at > OPERATOR_INTENT_MS,
  );
  const ofTokens = open.filter(isTokenChange);
  for (const intent of open) if (!isTokenChange(intent)) settleUnknown(intent);
  return { lookedUp: settleTokens(ofTokens) };
}

function isTokenChange({ action, account }: AuditTable): boolean {
  return account !== null && ['token.create', 'token.refresh', 'token.revoke'].includes(action);
}

function settleUnknown(intent: AuditTable): void {
  settleIntent(operatorActor(), intent, UNKNOWN_AFTER_RESTART, {
    settled: 'at the start of the server: the one before ended in the middle of this',
  });
}

/** One after the other: Akamai is asked at a pace anyway. */
async function settleTokens(intents: readonly AuditTable[]): Promise<void> {
  for (const intent of intents) {
    const made = await lookUp(intent);
    if (made === null) settleUnknown(intent);
    else
      settleIntent(operatorActor(), intent, made ? 'ok' : NOT_DONE, {
        settled: 'at the start of the server, by looking the token up',
      });
  }
}

async function lookUp({ account, action, target, detail }: AuditTable): Promise<boolean | null> {
  if (account === null) return null;
  try {
    return await wasMade(account, action, target, JSON.parse(detail));
  } catch (error) {
    log().error({ error, action, target }, 'an act of an earlier run could not be settled');
    return null;
  }
}
