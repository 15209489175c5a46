// GET the audit as CSV or JSON lines: all entries of the acts that match.
import { parseAuditQuery } from '@/lib/domain/audit-query';
import { fail } from '@/lib/domain/problem';
import { EXPORT_FORMATS, exportAudit } from '@/lib/services/audit-log';
import { problemResponse, streamResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { today } from '@/lib/services/surroundings';

const TYPES = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' };

export async function GET(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const parameters = new URL(request.url).searchParams;
  const format = EXPORT_FORMATS.find((one) => one === (parameters.get('format') ?? 'csv'));
  if (!format) {
    const unknown = fail('bad-request', 400, 'There is no such format.', 'Ask for format=csv or jsonl.');
    return problemResponse(unknown.problem, request);
  }
  const exported = await exportAudit(actor.value, parseAuditQuery(Object.fromEntries(parameters)), format);
  if (!exported.ok) return problemResponse(exported.problem, request);
  return streamResponse(exported.value, `audit-${today()}.${format}`, TYPES[format]);
}
