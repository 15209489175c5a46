// The same blocks as node-tar reads them. It is one of the readers that a bundle may meet, and the one whose slips are
// known best: it splits pax headers at line ends, cuts names at a zero only up to the end of the line, and drops entries
// whose link target does not suit their type, with all that shifts behind them.
import { Header, Pax } from 'tar';
import type { BlockKind } from './archive-header';
import type { PaxRecords } from './archive-pax';

/** What node-tar keeps of extended headers for the entries behind them. */
export type SecondReading = { own: ExtendedData | null; global: ExtendedData | null };
type ExtendedData = NonNullable<ConstructorParameters<typeof Header>[2]>;

export const NOTHING_READ: SecondReading = { own: null, global: null };

/** What is kept once an extended header with the body `text` was read too; `pax`: its records as they are meant. */
export function readExtended(
  kind: BlockKind,
  text: string,
  pax: PaxRecords,
  { own, global }: SecondReading,
): SecondReading {
  switch (kind) {
    case 'pax':
      return { own: readPaxLines(text, pax, own, false), global };
    case 'pax-global':
      return { own, global: readPaxLines(text, pax, global, true) };
    case 'long-path':
      return { own: { ...own, path: text.replace(/\0.*/, '') }, global };
    case 'long-link':
      return { own: { ...own, linkpath: text.replace(/\0.*/, '') }, global };
    default:
      return { own, global };
  }
}

function readPaxLines(
  text: string,
  { records, count, lines }: PaxRecords,
  before: ExtendedData | null,
  isGlobal: boolean,
): ExtendedData {
  if (lines !== count || !/^\p{ASCII}*$/u.test(text)) return Pax.parse(text, before ?? undefined, isGlobal);
  // One line of ASCII for each record, as nearly always: node-tar cannot read those otherwise, and is slow at it.
  const [path, linkpath, size] = [records.get('path'), records.get('linkpath'), records.get('size')];
  return {
    ...before,
    ...(path === undefined ? {} : { path }),
    ...(linkpath === undefined ? {} : { linkpath }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}

const NAMES: Readonly<Record<BlockKind, readonly string[]>> = {
  file: ['File', 'OldFile', 'ContiguousFile'],
  directory: ['Directory'],
  link: ['Link'],
  symlink: ['SymbolicLink'],
  pax: ['ExtendedHeader', 'OldExtendedHeader'],
  'pax-global': ['GlobalExtendedHeader'],
  'long-path': ['NextFileHasLongPath'],
  'long-link': ['NextFileHasLongLinkpath'],
};

/** Whether node-tar finds the same at `at`, and finds it valid. */
export function isReadTheSame(
  bytes: Buffer,
  at: number,
  { own, global }: SecondReading,
  ours: { kind: BlockKind; path: string; linkPath: string | null; size: number },
): boolean {
  const header = decode(bytes, at, own, global);
  if (!header?.cksumValid || !NAMES[ours.kind].includes(header.type)) return false;
  if (header.path !== ours.path || ours.path === '' || (header.size ?? 0) !== ours.size) return false;
  // Only the block's own target decides whether it takes the entry at all, even where an extended header has another.
  const isLink = ours.linkPath !== null;
  const mayHaveTarget = isLink || header.type === 'ExtendedHeader' || header.type === 'GlobalExtendedHeader';
  if (isLink ? !header.linkpath : header.linkpath && !mayHaveTarget) return false;
  return !isLink || (own?.linkpath ?? header.linkpath) === ours.linkPath;
}

function decode(
  bytes: Buffer,
  at: number,
  own: ExtendedData | null,
  global: ExtendedData | null,
): Header | null {
  try {
    return new Header(bytes, at, own ?? undefined, global ?? undefined);
  } catch (error) {
    // It throws for numbers that it cannot hold.
    if (error instanceof Error) return null;
    throw error;
  }
}
