// What is due as an answer of a route: JSON for machines, or a file of what the filters leave.
import { printCsv } from '@/lib/domain/csv';
import { dueCsvRows, dueJson } from '@/lib/domain/due-export';
import { filterDue, parseDueQuery, wrongDueFilters } from '@/lib/domain/due-query';
import { fail } from '@/lib/domain/problem';
import { readDue } from '@/lib/services/due';
import { fileResponse, jsonResponse, problemResponse } from '@/lib/services/respond';
import type { Actor } from '@/lib/services/session';
import { today } from '@/lib/services/surroundings';

/** Problems: `invalid-fields` for a filter that means nothing, and as `readDue`. */
export async function dueAnswer(
  actor: Actor,
  account: string,
  request: Request,
  format: 'json' | 'json-file' | 'csv-file',
): Promise<Response> {
  const due = await readDue(actor, account);
  if (!due.ok) return problemResponse(due.problem, request);
  const given = parametersOf(request);
  const fields = wrongDueFilters(given);
  if (Object.keys(fields).length > 0) {
    const advice = 'Nothing was left out by guessing. Mend the filter.';
    return problemResponse(
      fail('invalid-fields', 422, 'A filter is not known.', advice, { fields }).problem,
      request,
    );
  }
  const day = today();
  const rows = filterDue(due.value, parseDueQuery(given), day);
  if (format === 'csv-file') {
    const csv = printCsv(dueCsvRows(rows, due.value, day));
    return fileResponse(new TextEncoder().encode(csv), `due-${day}.csv`, 'text/csv; charset=utf-8');
  }
  const answer = {
    account,
    asOf: new Date(due.value.readAt).toISOString(),
    today: day,
    detailsPending: due.value.pending.size,
    items: rows.map((row) => dueJson(row, due.value, day)),
  };
  if (format === 'json') return jsonResponse(answer);
  const text = `${JSON.stringify(answer, null, 2)}\n`;
  return fileResponse(new TextEncoder().encode(text), `due-${day}.json`, 'application/json');
}

function parametersOf(request: Request): Record<string, string[]> {
  const given: Record<string, string[]> = {};
  for (const [name, value] of new URL(request.url).searchParams) {
    if (!['kind', 'window', 'finding', 'owner', 'answered'].includes(name)) continue;
    given[name] = [...(given[name] ?? []), value];
  }
  return given;
}
