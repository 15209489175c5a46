// The figures of this process for a monitoring system, behind a key: they tell how much is done here.
import 'server-only';
import { ok, type Result } from '@/lib/domain/problem';
import { gauge, metrics } from '@/lib/platform/metrics';
import { outcomesNotOnRecord } from './audit';
import { authorize } from './authorize';
import { doubtsOpen } from './doubts';
import { patchSlots } from './patch-slots';
import type { Actor } from './session';

/** The figures as Prometheus reads them, and their content type. Problems: `not-signed-in`, `forbidden`. */
export async function readMetrics(actor: Actor): Promise<Result<{ text: string; contentType: string }>> {
  const allowed = await authorize(actor, 'metrics.read');
  if (!allowed.ok) return allowed;
  gauge('patches_at_work', 'Bundles that are being patched.', () => patchSlots().atWork);
  gauge('patches_waiting', 'Bundles that wait for a place.', () => patchSlots().waiting);
  gauge('doubtful_changes', 'Changes whose answer was lost and that are being looked up.', doubtsOpen);
  gauge('audit_outcomes_late', 'Outcomes that could not be put on record yet.', outcomesNotOnRecord);
  const { registry } = metrics();
  return ok({ text: await registry.metrics(), contentType: registry.contentType });
}
