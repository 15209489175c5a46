// The corpus of archives: what a bundle may be, and what it may not be. Each case is made when it is asked for.
import { badExtended } from './archives-bad-extended';
import { badHeaders } from './archives-bad-headers';
import { badLimits } from './archives-bad-limits';
import { badLinks } from './archives-bad-links';
import { badNames } from './archives-bad-names';
import { badPacking } from './archives-bad-packing';
import type { ArchiveCase } from './archives-case';
import { goodFormats } from './archives-good-formats';
import { goodNames } from './archives-good-names';
import { goodPacking } from './archives-good-packing';

/** Odd, but as real tools and people write them: each is taken. */
export const LEGITIMATE: readonly ArchiveCase[] = [...goodFormats, ...goodNames, ...goodPacking];

/** Each is refused, with a sentence. */
export const HOSTILE: readonly ArchiveCase[] = [
  ...badNames,
  ...badLinks,
  ...badHeaders,
  ...badExtended,
  ...badLimits,
  ...badPacking,
];
