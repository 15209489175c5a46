// The token table and the Due page as CSV rows.
import { type Day, daysBetween } from './day';
import { NETWORKS, printPermissions } from './permissions';
import { nextDate, type Token, tokenKind, tokenStatus } from './token';
import { EMPTY_NOTE, type TokenNote } from './token-note';

const HEAD = [
  'name',
  'uuid',
  'kind',
  'status',
  'next',
  'date',
  'days left',
  'days overdue',
  'issued',
  'latest refresh',
  'networks',
  'permissions',
  'EdgeWorkers',
  'CP code',
  'owner',
  'purpose',
  'ticket',
  'tags',
  'review by',
] as const;

/** A head row and one row a token on `today` (UTC). What is not known is an empty cell. No negative number: spreadsheets take a leading minus for a formula. */
export function tokenRows(
  tokens: readonly Token[],
  today: Day,
  notes: ReadonlyMap<string, TokenNote>,
): string[][] {
  const noteOf = ({ uuid }: Token) => notes.get(uuid) ?? EMPTY_NOTE;
  return [[...HEAD], ...tokens.map((token) => tokenRow(token, today, noteOf(token)))];
}

function tokenRow(token: Token, today: Day, note: TokenNote): string[] {
  const next = nextDate(token);
  const days = next && daysBetween(today, next.day);
  const { details } = token;
  return [
    token.name,
    token.uuid,
    tokenKind(token),
    tokenStatus(token, today),
    next?.kind ?? 'does not expire',
    next?.day ?? '',
    days !== null && days >= 0 ? String(days) : '',
    days !== null && days < 0 ? String(-days) : '',
    token.issued ?? '',
    token.latestRefresh ?? '',
    details ? NETWORKS.filter((network) => details.networks[network]).join(' ') : '',
    details ? printPermissions(details.permissions) : '',
    details ? (details.edgeWorkers === 'all' ? 'all' : details.edgeWorkers.join(' ')) : '',
    details?.cpCode ?? '',
    note.owner ?? '',
    note.purpose ?? '',
    note.ticket ?? '',
    note.tags.join(' '),
    note.reviewBy ?? '',
  ];
}
