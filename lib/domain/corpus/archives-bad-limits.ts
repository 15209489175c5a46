// Archives that are too much of something: extended headers, records, lines, entries.
import { type ArchiveCase, refused, tokens, usual } from './archives-case';
import { block, directory, file, globalPax, longName, octal, pax, record, tgz } from './archives-tar';

const tooMuch = (name: string, make: () => Buffer) =>
  refused(name, /too many or too large extended headers/, () => tgz(usual(), make(), tokens()));

const KB_60 = 'c'.repeat(60 * 1024);
/** A pax header with one record, before a harmless file. */
const body = (text: Buffer) => Buffer.concat([pax(text), file('a.js')]);

export const badLimits: readonly ArchiveCase[] = [
  tooMuch('a pax header of 65 KiB', () => body(record('comment', 'c'.repeat(65 * 1024)))),
  tooMuch('a GNU long name of 65 KiB', () => Buffer.concat([longName('n'.repeat(65 * 1024)), file('a.js')])),
  tooMuch('a pax header that says it is a gigabyte', () =>
    Buffer.concat([block('x', 0, { type: 'x', size: octal(2 ** 20, 12) }), Buffer.alloc(2 ** 20, 0x61)]),
  ),
  refused('five extended headers in a row', /two extended headers/, () =>
    tgz(...Array.from({ length: 5 }, () => block('x', 0, { type: 'x' })), file('a.js')),
  ),
  tooMuch('17 global headers', () =>
    Buffer.concat([...Array.from({ length: 17 }, () => globalPax({ comment: 'x' })), file('a.js')]),
  ),
  tooMuch('more than a megabyte of comments', () =>
    Buffer.concat(
      Array.from({ length: 18 }, (_, index) => Buffer.concat([pax({ comment: KB_60 }), file(`f${index}`)])),
    ),
  ),
  tooMuch('200,000 pax records', () =>
    Buffer.concat(
      Array.from({ length: 16 }, (_, index) =>
        Buffer.concat([pax(Buffer.alloc(65_535, '5 a=\n')), file(`f${index}`)]),
      ),
    ),
  ),
  tooMuch('a megabyte of line ends in comments', () =>
    Buffer.concat(
      Array.from({ length: 18 }, (_, index) =>
        Buffer.concat([pax({ comment: '\n'.repeat(60 * 1024) }), file(`f${index}`)]),
      ),
    ),
  ),
  refused('10,000 directories', /more than 2000 entries/, () =>
    tgz(...Array.from({ length: 10_000 }, (_, index) => directory(`d${index}/`))),
  ),
  refused('2,001 empty files', /more than 2000 entries/, () =>
    tgz(...Array.from({ length: 2_001 }, (_, index) => file(`f${index}`, ''))),
  ),
];
