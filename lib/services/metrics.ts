// The figures of this process for a monitoring system, behind a key: they tell how much is done here.
import 'server-only';
import { paceStates } from '@/lib/akamai/client';
import type { PaceState } from '@/lib/akamai/pace';
import { ok, type Result } from '@/lib/domain/problem';
import { gauge, metrics } from '@/lib/platform/metrics';
import { outcomesNotOnRecord } from './audit';
import { authorize } from './authorize';
import { doubtsOpen } from './doubts';
import { patchSlots } from './patch-slots';
import type { Actor } from './session';
import { cachedDetails } from './token-cache';

/** The figures as Prometheus reads them, and their content type. Problems: `not-signed-in`, `forbidden`. */
export async function readMetrics(actor: Actor): Promise<Result<{ text: string; contentType: string }>> {
  const allowed = await authorize(actor, 'metrics.read');
  if (!allowed.ok) return allowed;
  gauge('patches_at_work', 'Bundles that are being patched.', () => patchSlots().atWork);
  gauge('patches_waiting', 'Bundles that wait for a place.', () => patchSlots().waiting);
  gauge('doubtful_changes', 'Changes whose answer was lost and that are being looked up.', doubtsOpen);
  gauge('audit_outcomes_late', 'Outcomes that could not be put on record yet.', outcomesNotOnRecord);
  const sum = (count: (state: PaceState) => number) => () =>
    paceStates().reduce((total, state) => total + count(state), 0);
  gauge(
    'akamai_calls_at_work',
    'Calls to Akamai under way.',
    sum(({ atWork }) => atWork),
  );
  gauge(
    'akamai_calls_waiting',
    'Calls to Akamai that wait for their turn.',
    sum(({ waiting }) => waiting),
  );
  gauge(
    'akamai_calls_refused',
    'Calls that were refused here without being sent.',
    sum(({ refusedTotal }) => refusedTotal),
  );
  gauge(
    'akamai_circuits_open',
    'Credentials with which Akamai does not answer.',
    sum(({ circuit }) => Number(circuit !== 'closed')),
  );
  gauge('tokens_cached', 'Tokens of which details are in memory.', cachedDetails);
  const { registry } = metrics();
  return ok({ text: await registry.metrics(), contentType: registry.contentType });
}
