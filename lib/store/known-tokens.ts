// What was last read of each account's tokens, so that a restart shows them at once. Listings and details only: never a
// value, and nothing that Akamai would not tell again.
import { z } from 'zod';
import type { Day } from '@/lib/domain/day';
import { NETWORKS, orderPermissions } from '@/lib/domain/permissions';
import type { TokenDetails, TokenListing } from '@/lib/domain/token';
import { database } from './database';

/**
 * Details as of the latest refresh that `version` names; `details` is null when Akamai does not tell them (an expired
 * token). `issued`: of a legacy token, whose day of issue is not in the list.
 */
export type KnownDetails = { version: Day | null; issued: Day | null; details: TokenDetails | null };
export type KnownRow = { listing: TokenListing; known: KnownDetails | null };
export type KnownList = { readAt: number; rows: readonly KnownRow[] };

/** What differs from what is stored of the list `id`, which belongs to `account`. */
export type ListChanges = {
  id: string;
  account: string;
  readAt: number;
  changed: readonly KnownRow[];
  /** Uuids of tokens that are gone. */
  gone: readonly string[];
};

const day = z
  .string()
  .transform((text) => text as Day)
  .nullable();
const listingSchema = z.object({
  name: z.string(),
  uuid: z.string(),
  expiry: day,
  issued: day,
  latestRefresh: day,
  nextRefresh: day,
  activation: z.enum(['in-progress', 'complete', 'error']).nullable(),
});
const detailsSchema = z.object({
  version: day,
  issued: day,
  details: z
    .object({
      kind: z.enum(['auto-refresh', 'legacy']),
      cpCode: z.string().nullable(),
      networks: z.record(z.enum(NETWORKS), z.boolean()),
      permissions: z
        .array(z.tuple([z.string(), z.array(z.string()).transform(orderPermissions)]))
        .transform((entries) => new Map(entries)),
      edgeWorkers: z.union([z.literal('all'), z.array(z.string())]),
    })
    .nullable(),
});
const rowSchema = z.object({ listing: z.string(), details: z.string().nullable() });

/** The stored list, in no order; null when there is none. Throws when the database fails or holds something else. */
export function readKnownList(id: string): KnownList | null {
  const { raw } = database();
  const [list] = z
    .array(z.object({ read_at: z.number() }))
    .parse(raw.prepare('select read_at from known_list where id = ?').all(id));
  if (!list) return null;
  const stored = raw.prepare('select listing, details from known_token where list_id = ?').all(id);
  const rows = z.array(rowSchema).parse(stored);
  return {
    readAt: list.read_at,
    rows: rows.map(({ listing, details }) => ({
      listing: listingSchema.parse(JSON.parse(listing)),
      known: details === null ? null : detailsSchema.parse(JSON.parse(details)),
    })),
  };
}

/** Stores the differences in one transaction. A list of the same account by another id is removed. */
export function writeKnownList({ id, account, readAt, changed, gone }: ListChanges): void {
  const { raw } = database();
  const write = raw.transaction(() => {
    raw.prepare('delete from known_list where account = ? and id <> ?').run(account, id);
    raw
      .prepare(
        `insert into known_list (id, account, read_at) values (?, ?, ?)
         on conflict (id) do update set read_at = excluded.read_at, account = excluded.account`,
      )
      .run(id, account, readAt);
    const remove = raw.prepare('delete from known_token where list_id = ? and uuid = ?');
    for (const uuid of gone) remove.run(id, uuid);
    const put = raw.prepare(
      `insert into known_token (list_id, uuid, listing, details) values (?, ?, ?, ?)
       on conflict (list_id, uuid) do update set listing = excluded.listing, details = excluded.details`,
    );
    for (const { listing, known } of changed)
      put.run(id, listing.uuid, JSON.stringify(listing), known && JSON.stringify(plain(known)));
  });
  write.immediate();
}

function plain({ version, issued, details }: KnownDetails): unknown {
  return { version, issued, details: details && { ...details, permissions: [...details.permissions] } };
}
