// The corpus of archives against the desk, and what it accepts against GNU tar, Python and node-tar.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Archive, readArchive } from './archive';
import { hasPrefix } from './archive-write';
import { patchBundle } from './bundle';
import { HOSTILE, LEGITIMATE } from './corpus/archives';
import { CPU_MS_MAX, TOKEN, timedRead } from './corpus/archives-campaign';
import type { ArchiveCase } from './corpus/archives-case';
import { changesBeside, differencesOf, type Pending } from './corpus/archives-compare';
import {
  hasGnuTar,
  hasPython,
  listGnuTar,
  listNodeTar,
  listOurs,
  listPython,
} from './corpus/archives-readers';

const needsGnuTar = { skip: hasGnuTar ? false : 'GNU tar is not installed' };
const needsPython = { skip: hasPython ? false : 'Python 3 is not installed' };

async function archiveOf(packed: Uint8Array): Promise<Archive> {
  const result = await readArchive(packed);
  return result.ok ? result.value : assert.fail(`${result.problem.title} ${result.problem.detail}`);
}

async function patched(packed: Uint8Array, stripPrefix: boolean) {
  const result = await patchBundle(packed, [TOKEN], { overwrite: true, stripPrefix });
  return result.ok ? result.value : assert.fail(`${result.problem.title} ${result.problem.detail}`);
}

/** A legitimate case before and after a patch, once made for all tests. */
async function madeOf({ packed }: ArchiveCase) {
  const bytes = packed();
  const result = await patched(bytes, false);
  const { bytes: stripped } = await patched(bytes, true);
  const written = Buffer.from(result.bytes);
  return { bytes, result, written, stripped: Buffer.from(stripped), archive: await archiveOf(bytes) };
}

const made = new Map<ArchiveCase, ReturnType<typeof madeOf>>();

function madeOnce(one: ArchiveCase): ReturnType<typeof madeOf> {
  const known = made.get(one) ?? madeOf(one);
  made.set(one, known);
  return known;
}

async function assertInTime(packed: Buffer): Promise<void> {
  const { cpuMs } = await timedRead(packed);
  assert.ok(cpuMs <= CPU_MS_MAX, `the scan took ${cpuMs} ms of CPU`);
}

describe('the corpus of archives', () => {
  test('has 80 legitimate and 150 hostile archives at least, each with a name of its own', () => {
    assert.ok(LEGITIMATE.length >= 80, String(LEGITIMATE.length));
    assert.ok(HOSTILE.length >= 150, String(HOSTILE.length));
    const names = [...LEGITIMATE, ...HOSTILE].map(({ name }) => name);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });

  for (const { name, packed, expect } of HOSTILE) {
    test(`refused: ${name}`, async () => {
      const bytes = packed();
      const result = await patchBundle(bytes, [TOKEN], { overwrite: true, rewrite: true });
      assert.ok(!result.ok && !expect.isAccepted, 'it was taken');
      const { code, status, title, detail } = result.problem;
      assert.equal(code, expect.code, title);
      assert.match(title, expect.says);
      assert.match(detail, /Nothing was changed/);
      assert.ok(status >= 400 && status < 500, String(status));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be in a sentence.
      assert.doesNotMatch(`${title}${detail}`, /[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e]/);
      assert.ok(title.length + detail.length < 600, detail);
      await assertInTime(bytes);
    });
  }

  for (const one of LEGITIMATE) {
    test(`taken: ${one.name}`, async () => {
      const { expect } = one;
      assert.ok(expect.isAccepted);
      const { bytes, result, archive, written, stripped } = await madeOnce(one);
      const { findings, entriesKept, file } = result;
      if (expect.entries !== undefined) assert.equal(archive.entries.length, expect.entries);
      if (expect.finding !== undefined) assert.ok(findings.some(({ code }) => code === expect.finding));
      const notes = findings.filter(({ code }) => code === 'archive-note').map(({ text }) => text);
      assert.equal(
        expect.note ? notes.some((note) => expect.note?.test(note)) : notes.length === 0,
        true,
        notes.join(),
      );
      const now = await archiveOf(written);
      const had = archive.entries.some(({ normalized }) => normalized === file);
      assert.equal(entriesKept, archive.entries.length - Number(had));
      assert.deepEqual(changesBeside(archive, now, file, false), []);
      if (had) assert.deepEqual(tokensHeaders(now, file), tokensHeaders(archive, file));
      const isPrefixed = archive.entries.some(hasPrefix);
      // Without a prefix to strip it is the same patch a second time: the same bytes.
      if (!isPrefixed) assert.ok(stripped.equals(written), 'the bytes differ each time');
      else assert.deepEqual(changesBeside(archive, await archiveOf(stripped), file, true), []);
      assert.equal((await archiveOf(stripped)).entries.some(hasPrefix), false);
      await assertInTime(bytes);
    });
  }
});

/** The headers of the tokens file without size and checksum, which a patch changes: place, mode, owner, time, names. */
function tokensHeaders({ bytes, entries }: Archive, file: string) {
  const index = entries.findIndex(({ normalized }) => normalized === file);
  const entry = entries[index] ?? assert.fail('there is no tokens file');
  const block = Buffer.from(bytes.subarray(entry.header, entry.header + 512))
    .fill(0, 124, 136)
    .fill(0, 148, 156);
  const extended = Buffer.from(bytes.subarray(entry.start, entry.header))
    .toString('latin1')
    .replace(/\d+ size=\d+\n/, '');
  const records = extended.match(/\d+ [A-Za-z.]+=[^\n]*\n/g) ?? [];
  return {
    index,
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    block: block.toString('latin1'),
    records,
  };
}

describe('what the corpus has accepted, before and after a patch', () => {
  let pending: Pending[] = [];

  before(async () => {
    for (const one of LEGITIMATE) {
      const { bytes, written, stripped } = await madeOnce(one);
      const isOther = !stripped.equals(written);
      const each = [bytes, written, ...(isOther ? [stripped] : [])];
      for (const [index, archive] of each.entries()) {
        const name = `${one.name}${['', ', patched', ', without ./'][index]}`;
        pending.push({ name, bytes: archive, expected: listOurs(await archiveOf(archive)) });
      }
    }
  });

  after(() => {
    pending = [];
  });

  const archives = () => pending.map(({ bytes }) => bytes);

  test('is read by GNU tar as by us', needsGnuTar, () => {
    assert.deepEqual(differencesOf('GNU tar', listGnuTar(archives()), pending), []);
  });

  test('is read by Python as by us', needsPython, () => {
    assert.deepEqual(differencesOf('Python', listPython(archives()), pending), []);
  });

  test('is read by node-tar as by us', () => {
    assert.deepEqual(differencesOf('node-tar', archives().map(listNodeTar), pending), []);
  });
});
