// EdgeWorkers bundles (.tgz) as teams build them. Written with plain ustar headers; the same input gives the same bytes.
import { createCipheriv, createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type BundleOptions, sourcesOf } from './bundle-sources';

export type { BundleOptions, BundleStyle } from './bundle-sources';

export function makeBundle(options: BundleOptions): Buffer {
  const { name, version, style, fillingBytes = 0 } = options;
  const filling = fillingBytes > 0 ? { 'filling.js': fillingOf(fillingBytes, `${name} ${version}`) } : {};
  return packFiles({ ...sourcesOf(options), ...filling }, style === 'dot-names' ? './' : '');
}

/** A script of about `bytes` when it is packed, as it cannot be packed well. The same words, the same script. */
function fillingOf(bytes: number, words: string): string {
  const key = createHash('sha256').update(words).digest().subarray(0, 16);
  const random = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
  const lines = random.toString('base64').match(/.{1,96}/g) ?? [];
  return `export const filling = [\n${lines.map((line) => `  '${line}',`).join('\n')}\n];\n`;
}

/** Any files as a .tgz; `prefix` stands before each name, and names of `executable` files may be run. */
export function packFiles(
  files: Readonly<Record<string, string | Buffer>>,
  prefix = '',
  executable: readonly string[] = [],
): Buffer {
  const entries = Object.entries(files).flatMap(([path, data]) =>
    entry(`${prefix}${path}`, Buffer.from(data), executable.includes(path) ? 0o755 : 0o644),
  );
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
}

function entry(path: string, data: Buffer, mode: number): Buffer[] {
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${data.byteLength.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, data, Buffer.alloc((512 - (data.byteLength % 512)) % 512)];
}
