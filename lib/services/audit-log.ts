// Reading the audit.
import 'server-only';
import { ok, type Result } from '@/lib/domain/problem';
import { readAudit } from '@/lib/store/audit';
import type { AuditTable } from '@/lib/store/schema';
import { authorize } from './authorize';
import type { Actor } from './session';

/** The newest entries, `limit` of them before `beforeSeq`. Problems: `not-signed-in`, `forbidden`. */
export async function listAudit(
  actor: Actor,
  limit: number,
  beforeSeq: number | null,
): Promise<Result<AuditTable[]>> {
  const allowed = await authorize(actor, 'audit.read');
  return allowed.ok ? ok(await readAudit(limit, beforeSeq)) : allowed;
}
