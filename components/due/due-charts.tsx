// The two charts of the Due page, drawn on the server, each with its figures as a table. Places are in percent, so that
// letters stay as large as they are on a narrow screen.
import type { ReactNode } from 'react';
import { type Day, formatDay } from '@/lib/domain/day';
import { DUE_KIND_WORDS, type DueKind } from '@/lib/domain/due';
import { type AgeCount, CHART_WEEKS, kindsIn, type WeekCount } from '@/lib/domain/due-charts';
import type { TokenKind } from '@/lib/domain/token';

const FILLS: Record<DueKind, string> = {
  expiry: 'fill-attention',
  activation: 'fill-danger',
  refresh: 'fill-ink-3',
  age: 'fill-info',
  review: 'fill-accent',
};

type FrameProps = {
  id: string;
  title: string;
  said: string;
  legend: ReactNode;
  table: ReactNode;
  children: ReactNode;
};

function ChartFrame({ id, title, said, legend, table, children }: FrameProps) {
  return (
    <section aria-labelledby={id} className="mb-8">
      <h2 id={id}>{title}</h2>
      <div className="mb-3 flex flex-wrap gap-x-6 gap-y-1 text-s text-ink-2">
        <p>{said}</p>
        <p className="flex flex-wrap gap-x-4">{legend}</p>
      </div>
      {children}
      <details className="mt-2 -ml-2">
        <summary className="button" data-look="plain">
          As a table
        </summary>
        {table}
      </details>
    </section>
  );
}

function Legend({ fill, words }: { fill: string; words: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
        <rect width="10" height="10" rx="2" className={fill} />
      </svg>
      {words}
    </span>
  );
}

const HEIGHT = 150;
const TOP = 16;
const BASE = 126;
/** Percent of the width. */
const WEEK = 100 / CHART_WEEKS;

/** What falls due in each of the next 52 weeks. */
export function WeekChart({ weeks, overdue }: { weeks: readonly WeekCount[]; overdue: number }) {
  const most = Math.max(1, ...weeks.map(({ total }) => total));
  const busiest = weeks.find(({ total }) => total === most);
  const kinds = kindsIn(weeks);
  const lines = [0, most / 2, most].filter((value) => Number.isInteger(value));
  const all = weeks.reduce((sum, { total }) => sum + total, 0);
  const said = `${all} dates in 52 weeks${busiest ? `, ${most} of them in the week from ${formatDay(busiest.from)}` : ''}.`;
  return (
    <ChartFrame
      id="chart-weeks"
      title="What falls due per week, the next 12 months"
      said={overdue > 0 ? `${said} ${overdue} overdue are not among them.` : said}
      legend={kinds.map((kind) => <Legend key={kind} fill={FILLS[kind]} words={DUE_KIND_WORDS[kind]} />)}
      table={<WeekTable weeks={weeks} kinds={kinds} />}
    >
      <div className="flex">
        <svg width="24" height={HEIGHT} aria-hidden="true" className="flex-none">
          {lines.map((value) => (
            <text key={value} x="0" y={yOf(value, most) + 4} className="fill-ink-3 text-xs">
              {value}
            </text>
          ))}
        </svg>
        <svg role="img" aria-label={said} height={HEIGHT} className="block w-full min-w-0">
          {lines.map((value) => (
            <line
              key={value}
              x1="0"
              x2="100%"
              y1={yOf(value, most)}
              y2={yOf(value, most)}
              className="stroke-line"
            />
          ))}
          {weeks.map(({ from, counts }, index) => (
            <WeekBar key={from} counts={counts} kinds={kinds} most={most} x={index * WEEK} />
          ))}
          {monthStarts(weeks).map(({ index, words }, place) => (
            <text
              key={index}
              x={`${index * WEEK}%`}
              y={HEIGHT - 6}
              className={`fill-ink-3 text-xs ${place % 2 === 1 ? 'max-sm:hidden' : ''}`}
            >
              {words}
            </text>
          ))}
        </svg>
      </div>
    </ChartFrame>
  );
}

function yOf(value: number, most: number): number {
  return BASE - (value / most) * (BASE - TOP);
}

type WeekBarProps = {
  counts: Readonly<Record<DueKind, number>>;
  kinds: readonly DueKind[];
  most: number;
  x: number;
};

function WeekBar({ counts, kinds, most, x }: WeekBarProps) {
  let below = 0;
  return kinds.map((kind) => {
    const count = counts[kind];
    if (count === 0) return null;
    const [bottom, top] = [yOf(below, most), yOf(below + count, most)];
    below += count;
    return (
      <rect
        key={kind}
        x={`${x + WEEK * 0.12}%`}
        width={`${WEEK * 0.76}%`}
        y={top}
        // A hair between two kinds of one week.
        height={Math.max(1, bottom - top - 1)}
        className={FILLS[kind]}
      />
    );
  });
}

/** Where months begin: the first week whose days hold a first, with its name. */
function monthStarts(weeks: readonly WeekCount[]): { index: number; words: string }[] {
  return weeks.flatMap(({ from }, index) => {
    const before = weeks[index - 1]?.from;
    if (before && before.slice(0, 7) === from.slice(0, 7)) return [];
    // The first one would run into the next when the month is nearly over.
    if (index === 0 && Number(from.slice(8)) > 14) return [];
    return [{ index, words: formatDay(from).split(' ')[1] ?? '' }];
  });
}

function WeekTable({ weeks, kinds }: { weeks: readonly WeekCount[]; kinds: readonly DueKind[] }) {
  return (
    <table className="table">
      <caption className="sr-only">What falls due per week; weeks without any date are left out</caption>
      <thead>
        <tr>
          <th scope="col">Week from</th>
          {kinds.map((kind) => (
            <th key={kind} scope="col" className="num">
              {DUE_KIND_WORDS[kind]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks
          .filter(({ total }) => total > 0)
          .map(({ from, counts }) => (
            <tr key={from}>
              <th scope="row">{dayCell(from)}</th>
              {kinds.map((kind) => (
                <td key={kind} className="num">
                  {counts[kind]}
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function dayCell(day: Day) {
  return <time dateTime={day}>{formatDay(day)}</time>;
}

const KIND_WORDS: Record<TokenKind, string> = { 'auto-refresh': 'Auto-refresh', legacy: 'Legacy (JWT)' };
const KIND_FILLS: Record<TokenKind, string> = { 'auto-refresh': 'fill-ink-3', legacy: 'fill-attention' };
const TOKEN_KINDS = ['auto-refresh', 'legacy'] as const;
/** The height of an age: two bars, and room between ages. */
const BIN = 40;
/** Percent of the width: where bars begin, after the words, and how long the longest is; the rest is for its number. */
const BARS_FROM = 34;
const WIDEST = 60;

/** How long ago tokens were issued or last refreshed. */
export function AgeChart({ ages }: { ages: readonly AgeCount[] }) {
  const most = Math.max(1, ...ages.flatMap(({ counts }) => TOKEN_KINDS.map((kind) => counts[kind])));
  const total = (kind: TokenKind) => ages.reduce((sum, { counts }) => sum + counts[kind], 0);
  const said = `Days since issue or last refresh: ${total('auto-refresh')} auto-refresh, ${total('legacy')} legacy.`;
  return (
    <ChartFrame
      id="chart-ages"
      title="Age of tokens by kind"
      said={said}
      legend={TOKEN_KINDS.map((kind) => (
        <Legend key={kind} fill={KIND_FILLS[kind]} words={KIND_WORDS[kind]} />
      ))}
      table={<AgeTable ages={ages} />}
    >
      <svg role="img" aria-label={said} width="100%" height={ages.length * BIN} className="block max-w-3xl">
        {ages.map(({ words, counts }, index) => (
          <AgeBars key={words} words={words} counts={counts} most={most} y={index * BIN} />
        ))}
      </svg>
    </ChartFrame>
  );
}

type AgeBarsProps = AgeCount & { most: number; y: number };

function AgeBars({ words, counts, most, y }: AgeBarsProps) {
  return (
    <>
      <text x="0" y={y + 21} className="fill-ink-2 text-s">
        {words}
      </text>
      {TOKEN_KINDS.map((kind, row) => {
        const width = (counts[kind] / most) * WIDEST;
        return (
          <g key={kind}>
            {counts[kind] > 0 && (
              <rect
                x={`${BARS_FROM}%`}
                y={y + 5 + row * 13}
                width={`${width}%`}
                height="11"
                className={KIND_FILLS[kind]}
              />
            )}
            <text x={`${BARS_FROM + width + 1}%`} y={y + 14.5 + row * 13} className="fill-ink-3 text-xs">
              {counts[kind]}
            </text>
          </g>
        );
      })}
      <line x1="0" x2="100%" y1={y + BIN - 1} y2={y + BIN - 1} className="stroke-line" />
    </>
  );
}

function AgeTable({ ages }: { ages: readonly AgeCount[] }) {
  return (
    <table className="table max-w-2xl">
      <caption className="sr-only">Age of tokens by kind</caption>
      <thead>
        <tr>
          <th scope="col">Age</th>
          {TOKEN_KINDS.map((kind) => (
            <th key={kind} scope="col" className="num">
              {KIND_WORDS[kind]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ages.map(({ words, counts }) => (
          <tr key={words}>
            <th scope="row">{words}</th>
            {TOKEN_KINDS.map((kind) => (
              <td key={kind} className="num">
                {counts[kind]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
