// Who is asking: the only maker of an Actor. Read from the database at each request, so that a change of role, a
// disabled account or a sign-out acts on the very next one.
import 'server-only';
import { z } from 'zod';
import {
  type AccessLevel,
  type AccessScope,
  lowerRole,
  narrowScope,
  parseRole,
  type Role,
  UNLIMITED,
} from '@/lib/domain/access';
import { parseAccountLimits } from '@/lib/domain/limits';
import { NETWORKS } from '@/lib/domain/permissions';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { currentRequest } from '@/lib/platform/request';
import { findKey, findKeyById, touchKey } from '@/lib/store/keys';
import { findPerson, hasSession } from '@/lib/store/people';
import type { ApiKeyTable, UserTable } from '@/lib/store/schema';
import { auth } from './auth';
import { isWellFormedKey } from './key-format';
import { hashSecret } from './secrets';
import { tryToStore } from './storage';

/** However often it is used, a session ends after this time, milliseconds. */
const SESSION_MS_MAX = 7 * 24 * 60 * 60_000;

export type ActorKind = 'guest' | 'person' | 'key' | 'operator';

type ActorFields = {
  kind: ActorKind;
  id: string;
  name: string;
  level: AccessLevel;
  scope: AccessScope;
  source: string | null;
  session: { id: string; signedInAt: number } | null;
};

/** Set by the server's front, which alone knows who is connected; one that a sender made never gets through. */
const ADDRESS_HEADER = 'x-client-address';

// Held by this module alone: who has it can make an Actor.
const MAKER = Symbol('maker of actors');

/** Somebody who asks for something. Only this module can make one: holding an Actor proves that it was looked up. */
export class Actor {
  // A private field makes the class nominal, so that no object literal passes for an Actor.
  readonly #fields: ActorFields;

  constructor(maker: typeof MAKER, fields: ActorFields) {
    if (maker !== MAKER) throw new Error('an Actor is made by lib/services/session.ts only');
    this.#fields = fields;
  }

  get kind(): ActorKind {
    return this.#fields.kind;
  }
  get id(): string {
    return this.#fields.id;
  }
  /** E-mail address, key name, or `guest`. */
  get name(): string {
    return this.#fields.name;
  }
  get level(): AccessLevel {
    return this.#fields.level;
  }
  get scope(): AccessScope {
    return this.#fields.scope;
  }
  /** The network address of the request; null at the server's own shell. */
  get source(): string | null {
    return this.#fields.source;
  }
  /** The session of a person; null for others. */
  get sessionId(): string | null {
    return this.#fields.session?.id ?? null;
  }
  /** When a person signed in, milliseconds since 1970; null for others. */
  get signedInAt(): number | null {
    return this.#fields.session?.signedInAt ?? null;
  }
}

function makeActor(
  fields: Omit<ActorFields, 'session'> & { session?: NonNullable<ActorFields['session']> },
): Actor {
  return new Actor(MAKER, { ...fields, session: fields.session ?? null });
}

function guest(source: string | null): Actor {
  return makeActor({ kind: 'guest', id: 'guest', name: 'guest', level: 'guest', scope: UNLIMITED, source });
}

function sourceOf(given: Headers): string | null {
  return given.get(ADDRESS_HEADER);
}

/** Somebody at the server's own shell: `manage`, and the boot. */
export function operatorActor(): Actor {
  return makeActor({
    kind: 'operator',
    id: 'operator',
    name: 'operator',
    level: 'admin',
    scope: UNLIMITED,
    source: null,
  });
}

/**
 * The actor of a route handler: a key (`Authorization: Bearer etd_…`), else a person with a session. With a session, a
 * change must come from our own pages. Problems: `not-signed-in` for a bad key, `bad-origin`.
 */
export async function requestActor(request: Request): Promise<Result<Actor>> {
  const authorization = request.headers.get('authorization');
  if (authorization !== null) return keyActor(authorization, sourceOf(request.headers));
  const actor = await personOf(request.headers);
  if (request.method === 'GET' || request.method === 'HEAD' || actor.kind === 'guest') return ok(actor);
  return isOwnOrigin(request.headers) ? ok(actor) : badOrigin();
}

/** Whether a change comes from our own pages: PUBLIC_URL decides, whatever Host and X-Forwarded-Host say. */
export function isOwnOrigin(given: Headers): boolean {
  const origin = given.get('origin');
  if (origin === null) return given.get('sec-fetch-site') === 'same-origin';
  return origin === settings().publicUrl;
}

export function badOrigin() {
  return fail(
    'bad-origin',
    403,
    'The request did not come from this site.',
    'Nothing was changed. Open Token Desk at its own address (PUBLIC_URL) and try again.',
  );
}

/** The session of the request, renewed when it is time for that, or as it is when nothing can be stored. */
async function readSession(given: Headers) {
  try {
    return await (await auth()).api.getSession({ headers: given });
  } catch (error) {
    // A full disk must not shut out who is signed in.
    log().error({ error }, 'the session was not renewed');
    return (await auth()).api.getSession({ headers: given, query: { disableRefresh: true } });
  }
}

/** The actor of a request without a key, by its headers: a person with a session, else a guest. */
export async function personOf(given: Headers): Promise<Actor> {
  const source = sourceOf(given);
  if (!given.has('cookie')) return guest(source);
  const found = await readSession(given);
  const signedInAt = found?.session.createdAt.getTime() ?? 0;
  if (!found || now() - signedInAt > SESSION_MS_MAX) return guest(source);
  const person = await findPerson(found.user.id);
  const actor = person && toActor(person, source, { id: found.session.id, signedInAt });
  return actor ? noted(actor) : guest(source);
}

/** Tells the log who asks. */
function noted(actor: Actor): Actor {
  const request = currentRequest();
  if (request) request.who = actor.name;
  return actor;
}

function toActor(
  person: UserTable,
  source: string | null,
  session?: NonNullable<ActorFields['session']>,
): Actor | null {
  const standing = standingIn(person);
  const known = { kind: 'person' as const, id: person.id, name: person.email, source };
  return standing && makeActor({ ...known, ...standing, ...(session ? { session } : {}) });
}

/** What somebody may do at most. */
export type Standing = { level: Role; scope: AccessScope };

function standingIn(person: UserTable): Standing | null {
  const level = parseRole(person.role);
  if (!level || person.disabled) return null;
  return { level, scope: readScope(person.scopeNamespaces, person.scopeNetworks, person.scopeAccounts) };
}

/** What the person `id` may do now, for what hangs on them; null for somebody who is gone or disabled. */
export async function standingOf(id: string): Promise<Standing | null> {
  const person = await findPerson(id);
  return person ? standingIn(person) : null;
}

/** On whose account hangs what `actor` makes; null: the operator. A key passes its owner on, so that it ends with them too. */
export async function ownerOf(actor: Actor): Promise<string | null> {
  if (actor.kind === 'key') return (await findKeyById(actor.id))?.owner_id ?? null;
  return actor.kind === 'person' ? actor.id : null;
}

async function keyActor(authorization: string, source: string | null): Promise<Result<Actor>> {
  const key = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  const row = key && isWellFormedKey(key) ? await findKey(hashSecret(key)) : undefined;
  const actor = row ? await keyRowActor(row, source) : null;
  if (!row || !actor) {
    // The same words whatever is wrong: who holds a dead key learns nothing about it.
    return fail(
      'not-signed-in',
      401,
      'This key is not valid.',
      'Nothing was changed. Ask an admin for another key.',
    );
  }
  // A full disk must not keep anybody from reading.
  await tryToStore(() => touchKey(row));
  return ok(noted(actor));
}

/**
 * A key acts for its owner: with the lower of both roles and within both limits, as they are now. Null when the owner
 * is disabled. The operator's keys have no owner.
 */
async function keyRowActor(row: ApiKeyTable, source: string | null): Promise<Actor | null> {
  const role = parseRole(row.role);
  if (!role) return null;
  const scope = readScope(row.scope_namespaces, row.scope_networks, null);
  const fields = { kind: 'key', id: row.id, name: row.name, source } as const;
  if (row.owner_id === null) return makeActor({ ...fields, level: role, scope });
  const owner = await standingOf(row.owner_id);
  if (!owner) return null;
  return makeActor({
    ...fields,
    level: lowerRole(role, owner.level),
    scope: narrowScope(scope, owner.scope),
  });
}

const MS_PER_MINUTE = 60_000;

/**
 * Whether a person must sign in again before a secret is handed out (REAUTH_MINUTES). Keys need not: handing out is what
 * they are made for, each with a right and an end of its own.
 */
export function mustSignInAgain(actor: Actor): boolean {
  const { reauthMinutes } = settings();
  if (reauthMinutes === 0 || actor.signedInAt === null) return false;
  return now() - actor.signedInAt > reauthMinutes * MS_PER_MINUTE;
}

/**
 * Who began something that goes on without them, as the database has them now: a session may have ended since, but for
 * who is disabled or gone it is a guest.
 */
export async function absentActor(kind: ActorKind, id: string): Promise<Actor> {
  if (kind === 'operator') return operatorActor();
  if (kind === 'person') {
    const person = await findPerson(id);
    return (person && toActor(person, null)) || guest(null);
  }
  const row = kind === 'key' ? await findKeyById(id) : undefined;
  return (row && (await keyRowActor(row, null))) ?? guest(null);
}

/**
 * The same actor as the database has it now, for work that waited: a guest when the account, the session or the key is
 * gone meanwhile.
 */
export async function reloadActor(actor: Actor): Promise<Actor> {
  const { sessionId: id, signedInAt } = actor;
  if (actor.kind === 'person' && id === null) return absentActor('person', actor.id);
  if (actor.kind === 'person' && id !== null && signedInAt !== null) {
    const [person, isOpen] = [await findPerson(actor.id), await hasSession(id)];
    return (person && isOpen && toActor(person, actor.source, { id, signedInAt })) || guest(actor.source);
  }
  if (actor.kind === 'key') {
    const row = await findKeyById(actor.id);
    return (row && (await keyRowActor(row, actor.source))) ?? guest(actor.source);
  }
  return actor;
}

const names = z.array(z.string());
const networks = z.array(z.enum(NETWORKS));

/** What the columns of a person or key limit it to. A scope that cannot be read allows nothing. */
export function readScope(
  namespaces: string | null,
  onNetworks: string | null,
  accounts: string | null,
): AccessScope {
  const read = <T>(text: string | null, schema: z.ZodType<T[]>): T[] | null => {
    if (text === null) return null;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      return [];
    }
  };
  return {
    namespaces: read(namespaces, names),
    networks: read(onNetworks, networks),
    accounts: parseAccountLimits(accounts),
  };
}
