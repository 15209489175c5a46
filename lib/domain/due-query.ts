// The Due page's state as it stands in the URL: parsed, printed and applied here, drawn elsewhere.

import type { AccountLook } from './account';
import { type Day, parseDay } from './day';
import { byRisk, type Dateless, DUE_KINDS, type DueItem, type DueKind, lastDayWithin } from './due';
import { FINDING_CODES, type Finding, type FindingCode } from './findings';
import { type Month, monthOf, parseMonth } from './month';
import type { SearchParameters } from './token-query';

export const DUE_VIEWS = ['list', 'month', 'charts'] as const;
export type DueView = (typeof DUE_VIEWS)[number];

/** `30`: overdue, or within 30 days. `never`: tokens without any date. */
export const DUE_SPANS = ['overdue', '7', '30', '90', 'never'] as const;
export type DueSpan = (typeof DUE_SPANS)[number];

/** The owner that stands for "nobody noted", as on the page of all tokens. */
export const NO_OWNER = 'none';

/** `yes`: only what somebody acknowledged, snoozed or reviewed. `no`: only what waits for that. */
export const DUE_ANSWERED = ['yes', 'no'] as const;
export type DueAnswered = (typeof DUE_ANSWERED)[number];

/** What is left out of the list. */
export type DueFilter = {
  /** None: all. */
  kinds: readonly DueKind[];
  span: DueSpan | null;
  finding: FindingCode | null;
  owner: string | null;
  /** Null: both; the list then takes `no`, files and machines both. */
  answered: DueAnswered | null;
};

export type DueQuery = DueFilter & {
  view: DueView;
  /** Null: the present one. */
  month: Month | null;
  /** The day chosen in the month; its dates alone are listed. */
  day: Day | null;
  /** Counted from 1. */
  page: number;
};

export const DEFAULT_DUE_QUERY: DueQuery = {
  view: 'list',
  month: null,
  day: null,
  kinds: [],
  span: null,
  finding: null,
  owner: null,
  answered: null,
  page: 1,
};

export const DUE_ROWS_PER_PAGE = 100;
const TEXT_MAX = 200;

function texts(parameters: SearchParameters, name: string): string[] {
  const given = parameters[name] ?? [];
  return (typeof given === 'string' ? [given] : [...given]).map((text) => text.trim().slice(0, TEXT_MAX));
}

/** Reads the page's state. What a parameter cannot mean is left out: an old link still shows the page. */
export function parseDueQuery(parameters: SearchParameters): DueQuery {
  const text = (name: string) => texts(parameters, name)[0] ?? '';
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | null =>
    allowed.find((value) => value === text(name)) ?? null;
  const kinds = new Set(texts(parameters, 'kind').flatMap((given) => given.split(',')));
  const day = parseDay(text('day'));
  const page = Number(text('page'));
  return {
    view: oneOf('view', DUE_VIEWS) ?? 'list',
    month: parseMonth(text('month')) ?? (day && monthOf(day)),
    day,
    kinds: DUE_KINDS.filter((kind) => kinds.has(kind)),
    span: oneOf('window', DUE_SPANS),
    finding: oneOf('finding', FINDING_CODES),
    owner: text('owner') || null,
    answered: oneOf('answered', DUE_ANSWERED),
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** Filters that a parameter cannot mean, by name: for machines, which would take a misspelt filter for an empty answer. */
export function wrongDueFilters(parameters: SearchParameters): Record<string, string[]> {
  const allowed = {
    kind: DUE_KINDS,
    window: DUE_SPANS,
    finding: FINDING_CODES,
    answered: DUE_ANSWERED,
  } as const;
  const wrong: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(allowed)) {
    const given = texts(parameters, name).flatMap((text) => (name === 'kind' ? text.split(',') : [text]));
    const known: readonly string[] = values;
    if (given.some((one) => one !== '' && !known.includes(one)))
      wrong[name] = [`One of ${known.join(', ')}.`];
  }
  return wrong;
}

/** The query string of `query`, without the `?`; only what differs from the default. */
export function printDueQuery(query: Partial<DueQuery>): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string | null | undefined) => {
    if (value) parameters.set(name, value);
  };
  set('view', query.view === 'list' ? null : query.view);
  set('month', query.month);
  set('day', query.day);
  set('kind', query.kinds?.join(','));
  set('window', query.span);
  set('finding', query.finding);
  set('owner', query.owner);
  set('answered', query.answered);
  set('page', query.page && query.page > 1 ? String(query.page) : null);
  return parameters.toString().replaceAll('%2C', ',');
}

/** Whether any filter narrows the list. */
export function hasDueFilters({ kinds, span, finding, owner, answered }: DueFilter): boolean {
  return kinds.length > 0 || [span, finding, owner, answered].some((one) => one !== null);
}

export type DueRow = DueItem | Dateless;

/** What names the token of a row. Two accounts may lead to one token: where they stand together it is named twice. */
export function tokenKey({ token, account }: DueRow): string {
  return account ? keyIn(account, token.uuid) : token.uuid;
}

function keyIn({ slug }: AccountLook, uuid: string): string {
  return `${slug}/${uuid}`;
}

/** What names a row in the address, and is its place on the page. */
export function rowId(row: DueRow): string {
  return `${row.kind ?? 'none'}-${tokenKey(row)}`;
}

/**
 * Where to go on once `row` is answered: the row after it, or the one before when it is the last. `ofAnother`: of another
 * token, as a review answers all rows of its token.
 */
export function rowAfter(rows: readonly DueRow[], row: DueRow, ofAnother: boolean): DueRow | null {
  const at = rows.findIndex((one) => rowId(one) === rowId(row));
  if (at === -1) return rows[0] ?? null;
  const isOther = ({ token }: DueRow) => !ofAnother || token.uuid !== row.token.uuid;
  return rows.slice(at + 1).find(isOther) ?? rows.slice(0, at).findLast(isOther) ?? null;
}

export type DueSource = {
  items: readonly DueItem[];
  dateless: readonly Dateless[];
  /** By `tokenKey`. */
  findings: ReadonlyMap<string, readonly Finding[]>;
};

/** What is due in several accounts as one: riskiest first over all of them, and each row with its account. */
export function mergeDue(all: readonly { account: AccountLook; due: DueSource }[], today: Day): DueSource {
  const of = <Row extends DueRow>(account: AccountLook, rows: readonly Row[]): Row[] =>
    rows.map((row) => ({ ...row, account }));
  const items = all.flatMap(({ account, due }) => of(account, due.items));
  const dateless = all.flatMap(({ account, due }) => of(account, due.dateless));
  const findings = all.flatMap(({ account, due }) =>
    [...due.findings].map(([uuid, found]) => [keyIn(account, uuid), found] as const),
  );
  return {
    items: byRisk(items, today),
    dateless: dateless.sort((a, b) => (a.token.name < b.token.name ? -1 : 1)),
    findings: new Map(findings),
  };
}

/** What `filter` leaves, in the order it came: dates, then tokens without any. */
export function filterDue(source: DueSource, filter: DueFilter, today: Day): readonly DueRow[] {
  const { items, dateless, findings } = source;
  const { finding, owner, answered } = filter;
  const matches = (row: DueRow) =>
    (answered === null || (answered === 'yes') === (row.answer !== null)) &&
    (finding === null || (findings.get(tokenKey(row))?.some(({ code }) => code === finding) ?? false)) &&
    (owner === null || (owner === NO_OWNER ? row.note.owner === null : row.note.owner === owner));
  const dated = items.filter((item) => isInSpan(item, filter, today) && matches(item));
  const hasNoDate = filter.kinds.length === 0 && (filter.span === null || filter.span === 'never');
  return [...dated, ...(hasNoDate ? dateless.filter(matches) : [])];
}

/** What the page shows of `source`. */
export type FoundDue = {
  /** What the filters leave. */
  rows: readonly DueRow[];
  /** Of them, those that the list, or the month or its chosen day, is about; none for the charts. */
  listed: readonly DueRow[];
  /** Of them, those of this page; of the last one when there are fewer pages. */
  shown: readonly DueRow[];
};

export function findDue(source: DueSource, query: DueQuery, today: Day): FoundDue {
  const rows = filterDue(source, shownBy(query), today);
  const listed = listedOf(rows, query, today);
  const last = Math.max(1, Math.ceil(listed.length / DUE_ROWS_PER_PAGE));
  const first = (Math.min(query.page, last) - 1) * DUE_ROWS_PER_PAGE;
  return { rows, listed, shown: listed.slice(first, first + DUE_ROWS_PER_PAGE) };
}

/** List and month leave out what is answered, unless that is asked for. The charts count everything. */
export function shownBy(query: DueQuery): DueQuery {
  return query.view === 'charts' ? query : { ...query, answered: query.answered ?? 'no' };
}

function listedOf(rows: readonly DueRow[], query: DueQuery, today: Day): readonly DueRow[] {
  if (query.view === 'list') return rows;
  const month = query.view === 'month' ? shownMonth(query, today) : null;
  if (!month) return [];
  const chosen = chosenDay(month, query);
  return rows.filter(({ day }) => (chosen ? day === chosen : (day?.startsWith(month) ?? false)));
}

export function shownMonth({ month }: DueQuery, today: Day): Month | null {
  return month ?? monthOf(today);
}

/** The chosen day, if it is one of that month. */
export function chosenDay(month: Month, { day }: DueQuery): Day | null {
  return day?.startsWith(month) ? day : null;
}

const SPAN_DAYS = { '7': 7, '30': 30, '90': 90 } as const;

function isInSpan({ kind, day }: DueItem, { kinds, span }: DueFilter, today: Day): boolean {
  if (kinds.length > 0 && !kinds.includes(kind)) return false;
  if (span === null) return true;
  if (span === 'never') return false;
  return span === 'overdue' ? day < today : day <= lastDayWithin(SPAN_DAYS[span], today);
}

/** How many dates of each kind a day has. */
export type DayCounts = ReadonlyMap<DueKind, number>;

export function countByDay(items: readonly DueItem[]): ReadonlyMap<Day, DayCounts> {
  const days = new Map<Day, Map<DueKind, number>>();
  for (const { day, kind } of items) {
    const counts = days.get(day) ?? new Map<DueKind, number>();
    days.set(day, counts.set(kind, (counts.get(kind) ?? 0) + 1));
  }
  return days;
}

const COUNTED: Readonly<Record<DueKind, readonly [one: string, more: string]>> = {
  expiry: ['expiry', 'expiries'],
  activation: ['activation', 'activations'],
  refresh: ['refresh', 'refreshes'],
  age: ['age', 'ages'],
  review: ['review', 'reviews'],
};

/** `1 expiry, 2 refreshes`; `nothing due`. */
export function countWords(counts: DayCounts | undefined): string {
  const words = DUE_KINDS.flatMap((kind) => {
    const count = counts?.get(kind) ?? 0;
    return count === 0 ? [] : [`${count} ${COUNTED[kind][count === 1 ? 0 : 1]}`];
  });
  return words.join(', ') || 'nothing due';
}
