// What people know of a token besides Akamai: whose it is, what for, and when somebody should look at it again.
import { type Day, parseDay } from './day';

export type TokenNote = {
  owner: string | null;
  purpose: string | null;
  /** A link to the ticket that asked for it. */
  ticket: string | null;
  tags: readonly string[];
  reviewBy: Day | null;
};

export const EMPTY_NOTE: TokenNote = { owner: null, purpose: null, ticket: null, tags: [], reviewBy: null };

export const NOTE_LIMITS = { owner: 100, purpose: 500, ticket: 500, tags: 10, tag: 30 } as const;
const TAG = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

/** The note as its form sends it. */
export type NoteInput = Readonly<Record<'owner' | 'purpose' | 'ticket' | 'tags' | 'reviewBy', string>>;

export type ReadNote = { ok: true; note: TokenNote } | { ok: false; fields: Record<string, string[]> };

/** Reads what was typed. Tags are separated by commas or spaces; an empty field is one that is not known. */
export function readNote(input: NoteInput): ReadNote {
  const fields: Record<string, string[]> = {};
  const text = (name: 'owner' | 'purpose' | 'ticket'): string | null => {
    const given = input[name].trim();
    if (given.length > NOTE_LIMITS[name]) fields[name] = [`At most ${NOTE_LIMITS[name]} characters.`];
    return given === '' ? null : given;
  };
  const [owner, purpose, ticket] = [text('owner'), text('purpose'), text('ticket')];
  if (ticket !== null && !isLink(ticket))
    fields.ticket = ['Give an address that begins with https:// or http://.'];
  const tags = [...new Set(input.tags.split(/[\s,]+/).filter((tag) => tag !== ''))];
  const wrong = tags.find((tag) => tag.length > NOTE_LIMITS.tag || !TAG.test(tag));
  if (wrong !== undefined)
    fields.tags = [
      `${wrong.slice(0, NOTE_LIMITS.tag)} is no tag: letters, digits, dots, - and _, at most ${NOTE_LIMITS.tag}.`,
    ];
  else if (tags.length > NOTE_LIMITS.tags) fields.tags = [`At most ${NOTE_LIMITS.tags} tags.`];
  const typedDay = input.reviewBy.trim();
  const reviewBy = typedDay === '' ? null : parseDay(typedDay);
  if (typedDay !== '' && reviewBy === null) fields.reviewBy = ['Give a day like 2027-03-31.'];
  if (Object.keys(fields).length > 0) return { ok: false, fields };
  return { ok: true, note: { owner, purpose, ticket, tags, reviewBy } };
}

/** Whether there is anything in it. */
export function isEmptyNote({ owner, purpose, ticket, tags, reviewBy }: TokenNote): boolean {
  return [owner, purpose, ticket, reviewBy].every((one) => one === null) && tags.length === 0;
}

/** An address that a page may link to: nothing that runs. */
function isLink(text: string): boolean {
  return URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol);
}
