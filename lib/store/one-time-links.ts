// Links that work once: an invitation, or another password. Only their hashes are here.
import { randomUUID } from 'node:crypto';
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { OneTimeLinkTable } from './schema';

const VALID_MS = 60 * 60_000;

export type NewLink = Pick<
  OneTimeLinkTable,
  'hash' | 'purpose' | 'email' | 'role' | 'scope_namespaces' | 'scope_networks' | 'created_by'
>;

/** Adds a link, valid for an hour; open ones of the same purpose and address do not work any more. Answers its end. */
export function insertLink(link: NewLink, { raw } = database()): number {
  const expires = now() + VALID_MS;
  const replace = raw.transaction(() => {
    raw
      .prepare('delete from one_time_link where email = ? and purpose = ? and used_at is null')
      .run(link.email, link.purpose);
    raw
      .prepare(
        `insert into one_time_link (id, hash, purpose, email, role, scope_namespaces, scope_networks, created_by,
         created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        randomUUID(),
        link.hash,
        link.purpose,
        link.email,
        link.role,
        link.scope_namespaces,
        link.scope_networks,
        link.created_by,
        now(),
        expires,
      );
  });
  replace.immediate();
  return expires;
}

/** The link with that hash, unless it was used or is over. Reading does not use it up. */
export function findOpenLink(hash: string): Promise<OneTimeLinkTable | undefined> {
  return openLinks().where('hash', '=', hash).executeTakeFirst();
}

/** Invitations that can still be taken. */
export function listOpenInvitations(): Promise<OneTimeLinkTable[]> {
  return openLinks().where('purpose', '=', 'invite').orderBy('email').execute();
}

function openLinks() {
  return database()
    .query.selectFrom('one_time_link')
    .selectAll()
    .where('used_at', 'is', null)
    .where('expires_at', '>', now());
}

/** Uses the link up; true for exactly one caller. */
export async function consumeLink(hash: string): Promise<boolean> {
  const updated = await database()
    .query.updateTable('one_time_link')
    .set({ used_at: now() })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now())
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Takes back what was not used yet: of an address, or of all that somebody made. How many there were. */
export async function deleteOpenLinks(email: string): Promise<number> {
  const deleted = await database()
    .query.deleteFrom('one_time_link')
    .where('email', '=', email)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}
