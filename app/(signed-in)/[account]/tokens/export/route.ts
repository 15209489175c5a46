// GET the token table as CSV: all matching rows, not one page of them, or the tokens named by `t`.
import { printCsv } from '@/lib/domain/csv';
import { parseNames } from '@/lib/domain/selection';
import { tokenRows } from '@/lib/domain/token-csv';
import { allMatching, parseTokenQuery } from '@/lib/domain/token-query';
import { readNotes } from '@/lib/services/notes';
import { fileResponse, problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { today } from '@/lib/services/surroundings';
import { listTokens } from '@/lib/services/tokens';
import { readUsage } from '@/lib/services/usage';

export async function GET(
  request: Request,
  { params }: { params: Promise<{ account: string }> },
): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  // A route gets its parameters decoded; only pages decode their own.
  const { account } = await params;
  const listed = await listTokens(actor.value, account);
  if (!listed.ok) return problemResponse(listed.problem, request);
  const day = today();
  const parameters = new URL(request.url).searchParams;
  const names = parseNames({ t: parameters.getAll('t') });
  const noted = await readNotes(actor.value, account);
  if (!noted.ok) return problemResponse(noted.problem, request);
  const usage = await readUsage(actor.value, account);
  if (!usage.ok) return problemResponse(usage.problem, request);
  const { usages } = usage.value;
  const query = parseTokenQuery(Object.fromEntries(parameters));
  const tokens =
    names.length > 0
      ? listed.value.tokens.filter(({ name }) => names.includes(name))
      : allMatching(listed.value.tokens, query, day, noted.value, usages);
  const csv = printCsv(tokenRows(tokens, day, noted.value, usages));
  return fileResponse(new TextEncoder().encode(csv), `tokens-${day}.csv`, 'text/csv; charset=utf-8');
}
