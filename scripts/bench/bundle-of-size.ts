// Bundles of a wanted size, filled with text that packs about as well as scripts do. The same arguments, the same bytes.
import { gunzipSync, gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { makeBundle } from '@/simulator/bundle';

const WORDS =
  'const let return function request response await async if else for of in new this value name key item cache token path query header status body json error match test'.split(
    ' ',
  );

/** A .tgz of about `packedBytes` whose filling depends on `seed`. */
export function scriptBundle(packedBytes: number, seed = 0): Buffer {
  const plain = gunzipSync(makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' }));
  const withFilling = (length: number) =>
    gzipSync(Buffer.concat([fileEntry('filling.js', script(length, seed)), plain]));
  // A sample tells how well it packs; corrected once, the size is right within a few percent.
  const guess = Math.round((packedBytes * 200_000) / withFilling(200_000).byteLength);
  return withFilling(Math.round((guess * packedBytes) / withFilling(guess).byteLength));
}

function fileEntry(path: string, text: string): Buffer {
  const data = Buffer.from(text);
  const block = Buffer.alloc(512);
  new Header({
    path,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: data.byteLength,
    mtime: new Date(0),
    type: 'File',
  }).encode(block);
  return Buffer.concat([block, data, Buffer.alloc((512 - (data.byteLength % 512)) % 512)]);
}

function script(length: number, seed: number): string {
  let state = seed;
  // mulberry32: small, and without the short cycles that would pack far too well.
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  let text = '';
  while (text.length < length) {
    const line = Array.from({ length: 6 }, () => `${WORDS[random() % WORDS.length]}${random() % 1_000}`);
    text += `  ${line.join(' = ')};\n`;
  }
  return text.slice(0, length);
}
