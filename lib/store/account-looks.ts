// How accounts are shown, where an admin chose that.
import { database } from './database';
import type { AccountLookTable } from './schema';

export function listAccountLooks(): Promise<AccountLookTable[]> {
  return database().query.selectFrom('account_look').selectAll().execute();
}

/** Keeps what was chosen for an account. */
export async function saveAccountLook(look: AccountLookTable): Promise<void> {
  const { name, colour } = look;
  await database()
    .query.insertInto('account_look')
    .values(look)
    .onConflict((conflict) => conflict.column('slug').doUpdateSet({ name, colour }))
    .execute();
}
