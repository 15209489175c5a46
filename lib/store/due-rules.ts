// The rules of findings as admins have set them.
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { DueRuleTable } from './schema';

export type DueRuleRow = Omit<DueRuleTable, 'updated_at'>;

export function listDueRuleRows(): Promise<DueRuleTable[]> {
  return database().query.selectFrom('due_rule').selectAll().execute();
}

/** Writes rules in place of what there was of them: all or none. */
export function putDueRuleRows(rows: readonly DueRuleRow[]): void {
  const { raw } = database();
  const put = raw.prepare(
    `insert into due_rule (code, is_on, days, updated_at, updated_by) values (?, ?, ?, ?, ?)
      on conflict (code) do update set
        is_on = excluded.is_on, days = excluded.days, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
  );
  raw
    .transaction(() => {
      for (const { code, is_on, days, updated_by } of rows) put.run(code, is_on, days, now(), updated_by);
    })
    .immediate();
}
