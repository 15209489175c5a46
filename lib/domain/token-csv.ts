// The token table and the Due page as CSV rows.
import { type Day, daysBetween } from './day';
import { NETWORKS, printPermissions } from './permissions';
import { nextDate, type Token, tokenKind, tokenStatus } from './token';
import { EMPTY_NOTE, type TokenNote } from './token-note';
import { countUses, type TokenUsage, type Usages } from './usage';

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

const USAGE_HEAD = ['usage', 'used by EdgeWorkers', 'on production'] as const;

/**
 * A head row and one row a token on `today` (UTC). What is not known is an empty cell. No negative number: spreadsheets
 * take a leading minus for a formula. `usages`: adds which live versions hold the tokens.
 */
export function tokenRows(
  tokens: readonly Token[],
  today: Day,
  notes: ReadonlyMap<string, TokenNote>,
  usages?: Usages,
): string[][] {
  const noteOf = ({ uuid }: Token) => notes.get(uuid) ?? EMPTY_NOTE;
  const more = ({ uuid }: Token) => (usages ? usageCells(usages.get(uuid)) : []);
  return [
    [...HEAD, ...(usages ? USAGE_HEAD : [])],
    ...tokens.map((token) => [...tokenRow(token, today, noteOf(token)), ...more(token)]),
  ];
}

function usageCells(usage: TokenUsage | undefined): string[] {
  if (!usage) return USAGE_HEAD.map(() => '');
  const { all, onProduction } = countUses(usage);
  return [usage.state, ...(usage.state === 'unknown' ? ['', ''] : [String(all), String(onProduction)])];
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
