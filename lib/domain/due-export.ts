// What is due as rows of a file and as JSON, for spreadsheets and machines.
import { type Day, daysBetween } from './day';
import { dueWindow, dueWords } from './due';
import { personWords } from './due-answer';
import { type DueRow, type DueSource, tokenKey } from './due-query';
import { tokenRows } from './token-csv';
import { tokenJson } from './token-json';

const HEAD = [
  'due',
  'day',
  'days left',
  'days overdue',
  'window',
  'in words',
  'findings',
  'answer',
  'answered until',
  'reason',
  'answered by',
] as const;

/** A head row and one row a date: what is due, and then all of the token as in the file of all tokens. */
export function dueCsvRows(rows: readonly DueRow[], source: DueSource, today: Day): string[][] {
  const notes = new Map(rows.map(({ token, note }) => [token.uuid, note]));
  const tokens = tokenRows(
    rows.map(({ token }) => token),
    today,
    notes,
  );
  const [head = [], ...rest] = tokens;
  return [
    [...HEAD, ...head],
    ...rows.map((row, index) => {
      const days = row.day === null ? null : daysBetween(today, row.day);
      return [
        row.kind ?? '',
        row.day ?? '',
        // No negative number: spreadsheets take a leading minus for a formula.
        days !== null && days >= 0 ? String(days) : '',
        days !== null && days < 0 ? String(-days) : '',
        dueWindow(row.day, today),
        dueWords(row, today),
        codesOf(row, source).join(' '),
        row.answer?.state ?? '',
        row.answer?.until ?? '',
        row.answer?.reason ?? '',
        row.answer ? personWords(row.answer.by) : '',
        ...(rest[index] ?? []),
      ];
    }),
  ];
}

/** One row as the HTTP API and the JSON file have it. */
export function dueJson(row: DueRow, source: DueSource, today: Day): Record<string, unknown> {
  const { kind, day, token, note, answer } = row;
  return {
    kind,
    day,
    daysLeft: day === null ? null : daysBetween(today, day),
    window: dueWindow(day, today),
    words: dueWords(row, today),
    findings: codesOf(row, source),
    answer: answer && { ...answer, by: personWords(answer.by) },
    note,
    token: tokenJson(token, today),
  };
}

function codesOf(row: DueRow, { findings }: DueSource): string[] {
  return (findings.get(tokenKey(row)) ?? []).map(({ code }) => code);
}
