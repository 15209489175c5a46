// What people know of tokens besides Akamai: owner, purpose, ticket, tags, and the day of the next review.
import 'server-only';
import { z } from 'zod';
import { getToken } from '@/lib/akamai/tokens';
import { touchedBy } from '@/lib/domain/access';
import { type Day, parseDay } from '@/lib/domain/day';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { SELECTED_MAX } from '@/lib/domain/selection';
import type { Token } from '@/lib/domain/token';
import { EMPTY_NOTE, type NoteInput, readNote, type TokenNote } from '@/lib/domain/token-note';
import type { TokenNoteTable } from '@/lib/store/schema';
import { findNoteRow, findNoteRowByName, listNoteRows, putNoteRows } from '@/lib/store/token-notes';
import { withAudit } from './audit';
import { authorize, authorizeAgain } from './authorize';
import { type Connection, connect } from './connection';
import type { Actor } from './session';
import { mustStore } from './storage';
import { cachedToken } from './token-cache';

/** The notes of an account, by uuid. Problems: `not-signed-in`, `unknown-account`. */
export async function readNotes(
  actor: Actor,
  account: string,
): Promise<Result<ReadonlyMap<string, TokenNote>>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const rows = await listNoteRows(account);
  return ok(new Map(rows.map((row) => [row.uuid, toNote(row)])));
}

/** The newest note of a token that had this name, whatever its uuid; null when there is none. Problems: as `readNotes`. */
export async function readEarlierNote(
  actor: Actor,
  account: string,
  name: string,
): Promise<Result<TokenNote | null>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const row = await findNoteRowByName(account, name);
  return ok(row ? toNote(row) : null);
}

/**
 * Writes what is known of a token. Problems: `invalid-fields`, `token-not-found`, `forbidden`, `audit-unavailable`,
 * `storage-unavailable`, those of Akamai when nothing is known of the token yet.
 */
export async function changeNote(
  actor: Actor,
  account: string,
  name: string,
  input: NoteInput,
): Promise<Result<null>> {
  const read = readNote(input);
  return change(actor, account, name, read.ok ? () => read.note : read);
}

/** What is set on many tokens at once, as its form sends it. Nothing is taken away from many: an empty form is soon sent. */
export type NotePart = { owner: string } | { reviewBy: string };

export type ChangedNotes = {
  changed: readonly string[];
  failed: readonly { name: string; problem: Problem }[];
};

/** So many at once: those of which nothing is known yet are asked of Akamai. */
const AT_ONCE = 6;
const NOTHING_TYPED: NoteInput = { owner: '', purpose: '', ticket: '', tags: '', reviewBy: '' };

/**
 * Sets one part of the notes of many tokens; the rest of each stays. What cannot be set on one token is told of that one.
 * Problems: `invalid-fields`, and as `readNotes`.
 */
export async function changeNotes(
  actor: Actor,
  account: string,
  names: readonly string[],
  part: NotePart,
): Promise<Result<ChangedNotes>> {
  const allowed = await authorize(actor, 'note.change', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const read = readNote({ ...NOTHING_TYPED, ...part });
  if (!read.ok) return unnotable(read.fields);
  const { owner, reviewBy } = read.note;
  if (owner === null && reviewBy === null)
    return unnotable(Object.fromEntries(Object.keys(part).map((name) => [name, ['Fill this in.']])));
  const left = [...new Set(names)];
  if (left.length === 0 || left.length > SELECTED_MAX) {
    const advice = `Nothing was changed. Select 1 to ${SELECTED_MAX} tokens.`;
    return fail('invalid-fields', 422, 'So many tokens cannot be changed at once.', advice);
  }
  const is = (was: TokenNote): TokenNote => ({ ...was, ...('owner' in part ? { owner } : { reviewBy }) });
  const changed: string[] = [];
  const failed: { name: string; problem: Problem }[] = [];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const done = await change(actor, account, name, is);
      if (done.ok) changed.push(name);
      else failed.push({ name, problem: done.problem });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return ok({ changed, failed });
}

function unnotable(fields: Record<string, string[]>): { ok: false; problem: Problem } {
  return fail('invalid-fields', 422, 'This cannot be noted.', 'Nothing was changed.', { fields });
}

/**
 * Gives a token the note that the last one of its name had: for a token that was made again.
 * Problems: as `changeNote`, and `not-found` when there is no such note.
 */
export async function keepEarlierNote(actor: Actor, account: string, name: string): Promise<Result<null>> {
  const earlier = await readEarlierNote(actor, account, name);
  if (!earlier.ok) return earlier;
  if (!earlier.value) return fail('not-found', 404, 'There is no earlier note.', 'Nothing was changed.');
  const note = earlier.value;
  return change(actor, account, name, () => note);
}

/** `is` makes the note of the one that was there. */
async function change(
  actor: Actor,
  account: string,
  name: string,
  is: ((was: TokenNote) => TokenNote) | { fields: Record<string, string[]> },
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'note.change', { account });
  if (!allowed.ok) return allowed;
  if (!(is instanceof Function)) {
    const connection = await connect(account, actor.id);
    return connection.ok ? unnotable(is.fields) : connection;
  }
  const token = await noteTarget(actor, account, name);
  if (!token.ok) return token;
  const { uuid } = token.value;
  const row = await findNoteRow(account, uuid);
  const was = row ? toNote(row) : null;
  const note = is(was ?? EMPTY_NOTE);
  const detail = { uuid, was, is: note };
  return withAudit(actor, { action: 'note.change', target: name, account, detail }, async () => {
    const stored = await mustStore(() =>
      putNoteRows([
        {
          account,
          uuid,
          name,
          owner: note.owner,
          purpose: note.purpose,
          ticket: note.ticket,
          tags: JSON.stringify(note.tags),
          review_by: note.reviewBy,
          updated_by: actor.name,
        },
      ]),
    );
    return stored.ok ? ok(null) : stored;
  });
}

/**
 * The token of that name, for who may note something of it: all that it reaches must lie within their limits.
 * Problems: `token-not-found`, `forbidden`, those of Akamai when nothing is known of the token yet.
 */
export async function noteTarget(actor: Actor, account: string, name: string): Promise<Result<Token>> {
  const allowed = await authorize(actor, 'note.change', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const token = await knownToken(connection.value, name);
  if (!token.ok) return token;
  const { details } = token.value;
  const touched = details ? touchedBy(account, details) : { account, anything: true };
  const inScope = await authorizeAgain(actor, 'note.change', touched);
  return inScope.ok ? token : inScope;
}

/** The token as it is known here, or asked of Akamai when it is not. */
async function knownToken(connection: Connection, name: string): Promise<Result<Token>> {
  const cached = cachedToken(connection, name);
  if (cached?.details) return ok(cached);
  const read = await getToken(connection.client, name);
  if (read.ok) return read;
  // An expired token tells no details any more, and may have an owner all the same.
  return cached && read.problem.code === 'token-expired' ? ok(cached) : read;
}

const tagsSchema = z.array(z.string());

function toNote({ owner, purpose, ticket, tags, review_by }: TokenNoteTable): TokenNote {
  const reviewBy: Day | null = review_by === null ? null : parseDay(review_by);
  return { owner, purpose, ticket, tags: tagsSchema.parse(JSON.parse(tags)), reviewBy };
}
