// The copy of an account's tokens in the database: read once at the start, then written where it differs. It only helps
// later: a database that fails keeps nobody from reading.
import 'server-only';
import type { TokenListing } from '@/lib/domain/token';
import { log } from '@/lib/platform/log';
import { type KnownDetails, type KnownRow, readKnownList, writeKnownList } from '@/lib/store/known-tokens';

type List = { rows: readonly TokenListing[]; readAt: number };

export type Snapshot = {
  /** What an earlier run left. */
  restored: { list: List | null; details: Map<string, KnownDetails> };
  /** Stores what differs from what was stored last: rows and details are compared as objects. */
  save: (list: List, details: ReadonlyMap<string, KnownDetails>) => void;
};

/** When nothing else differs, the time of reading is stored this rarely, milliseconds. */
const READ_AT_MS = 60_000;

export function openSnapshot(id: string, account: string): Snapshot {
  const stored = new Map<string, KnownRow>();
  let storedAt = Number.NEGATIVE_INFINITY;
  const restored = { list: null as List | null, details: new Map<string, KnownDetails>() };
  try {
    const known = readKnownList(id);
    if (known) {
      storedAt = known.readAt;
      restored.list = { rows: known.rows.map(({ listing }) => listing), readAt: known.readAt };
      for (const row of known.rows) {
        stored.set(row.listing.uuid, row);
        if (row.known) restored.details.set(row.listing.uuid, row.known);
      }
    }
  } catch (error) {
    log().error({ error, account }, 'the tokens of the last run cannot be read');
  }
  return {
    restored,
    save: ({ rows, readAt }, details) => {
      const now = rows.map((listing) => ({ listing, known: details.get(listing.uuid) ?? null }));
      const changed = now.filter(({ listing, known }) => {
        const last = stored.get(listing.uuid);
        return !last || last.listing !== listing || last.known !== known;
      });
      const uuids = new Set(rows.map(({ uuid }) => uuid));
      const gone = [...stored.keys()].filter((uuid) => !uuids.has(uuid));
      if (changed.length === 0 && gone.length === 0 && readAt - storedAt < READ_AT_MS) return;
      try {
        writeKnownList({ id, account, readAt, changed, gone });
      } catch (error) {
        // Tried again with the next list.
        log().error({ error, account }, 'the database does not take the tokens that were read');
        return;
      }
      storedAt = readAt;
      for (const uuid of gone) stored.delete(uuid);
      for (const row of changed) stored.set(row.listing.uuid, row);
    },
  };
}
