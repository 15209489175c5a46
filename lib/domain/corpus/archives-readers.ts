// Archives as other programs read them: GNU tar and Python's tarfile in one process each for many archives, node-tar in
// this one. Each gives the same kind of list, so that lists can be compared.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import type { Archive } from '../archive';

/** One entry, as `type name size sha256 -> target`. Slashes at the end of a name do not count. */
export type Listing = readonly string[];
/** A list, or the program's complaint. */
export type Reading = Listing | { failed: string };

type Facts = {
  type: string;
  name: Buffer | string;
  data: Uint8Array | null;
  size: number;
  link: Buffer | string | null;
};

/** Text as all readers can tell it: node-tar keeps no bytes that are no UTF-8. */
function line({ type, name, data, size, link }: Facts): string {
  const text = Buffer.from(name)
    .toString('utf8')
    .replace(/(?<=.)\/+$/s, '');
  const sum = data === null ? '-' : createHash('sha256').update(data).digest('hex').slice(0, 16);
  const target = link === null ? '' : ` -> ${JSON.stringify(Buffer.from(link).toString('utf8'))}`;
  return `${type} ${JSON.stringify(text)} ${size} ${sum}${target}`;
}

/** What our own scan found. */
export function listOurs({ entries }: Pick<Archive, 'entries'>): Listing {
  return entries.map(({ type, path, data, linkPath }) =>
    line({ type, name: path, data: type === 'file' ? data : null, size: data.byteLength, link: linkPath }),
  );
}

/** What node-tar finds when it is strict. It gets the tar at once: between chunks it breaks letters of long names. */
export function listNodeTar(archive: Buffer): Reading {
  const found: string[] = [];
  const problems: string[] = [];
  const types: Readonly<Record<string, string>> = {
    File: 'file',
    OldFile: 'file',
    ContiguousFile: 'file',
    Directory: 'directory',
    Link: 'link',
    SymbolicLink: 'symlink',
  };
  const parser = new Parser({ strict: true });
  parser.on('entry', (entry: ReadEntry) => {
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    entry.on('end', () => {
      const type = types[entry.type] ?? entry.type;
      const isLink = type === 'link' || type === 'symlink';
      found.push(
        line({
          type,
          name: entry.path,
          data: type === 'file' ? Buffer.concat(chunks) : null,
          size: entry.size,
          link: isLink ? (entry.linkpath ?? '') : null,
        }),
      );
    });
  });
  parser.on('ignoredEntry', (entry: ReadEntry) => problems.push(`ignored ${entry.path}`));
  parser.on('error', (error: unknown) => problems.push(String(error)));
  try {
    parser.end(archive[0] === 0x1f ? gunzipSync(archive) : archive);
  } catch (error) {
    problems.push(String(error));
  }
  return problems.length > 0 ? { failed: problems.join('; ') } : found;
}

const PYTHON = `
import hashlib, os, sys, tarfile
names = {tarfile.REGTYPE: 'file', tarfile.AREGTYPE: 'file', tarfile.CONTTYPE: 'file', tarfile.DIRTYPE: 'directory',
         tarfile.LNKTYPE: 'link', tarfile.SYMTYPE: 'symlink'}
for path in sys.stdin.read().split():
    try:
        rows = []
        with open(path, 'rb') as raw:
            mode = 'r:gz' if raw.read(2) == b'\\x1f\\x8b' else 'r:'
        with tarfile.open(path, mode, errors='surrogateescape') as archive:
            for one in archive:
                data = '-'
                if one.isreg():
                    body = archive.extractfile(one).read()
                    data = hashlib.sha256(body).hexdigest()[:16] if len(body) == one.size else 'short'
                link = os.fsencode(one.linkname).hex() if one.issym() or one.islnk() else '-'
                kind = names.get(one.type, 'type' + one.type.hex())
                rows.append(' '.join([kind, os.fsencode(one.name).hex() or '-', str(one.size), data, link]))
        print('ok', path, len(rows))
        for row in rows: print(row)
    except Exception as error:
        print('failed', path, type(error).__name__, ascii(error))
`;

/** Whether Python 3 is there. */
export const hasPython = spawnSync('python3', ['--version']).status === 0;
/** Whether `tar` is GNU tar. */
export const hasGnuTar = /GNU tar/.test(spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '');

const OUTPUT_MAX = 512 * 1024 * 1024;

/** What Python finds in each; the archives may be packed or not. */
export function listPython(archives: readonly Buffer[]): Reading[] {
  return withFiles(archives, (paths) => {
    const output = execFileSync('env', ['PYTHONUTF8=1', 'python3', '-c', PYTHON], {
      input: paths.join('\n'),
      encoding: 'utf8',
      maxBuffer: OUTPUT_MAX,
    }).split('\n');
    const readings = new Map<string, Reading>();
    for (let at = 0; at < output.length; at += 1) {
      const [word, path = '', ...rest] = (output[at] ?? '').split(' ');
      if (word === 'failed') readings.set(path, { failed: rest.join(' ') });
      if (word !== 'ok') continue;
      const rows = output.slice(at + 1, at + 1 + Number(rest[0]));
      readings.set(path, rows.map(pythonLine));
      at += rows.length;
    }
    return paths.map((path) => readings.get(path) ?? { failed: 'no answer' });
  });
}

function pythonLine(row: string): string {
  const [type = '', name = '', size = '', sum = '', link = ''] = row.split(' ');
  const target = link === '-' ? null : Buffer.from(link, 'hex');
  const listed = line({
    type,
    name: name === '-' ? '' : Buffer.from(name, 'hex'),
    data: null,
    size: Number(size),
    link: target,
  });
  return listed.replace(/(?<= \d+) -(?= |$)/, ` ${sum}`);
}

// One shell runs tar once for each archive: listing and content in one go, on two outputs.
const SHELL = `for path in "$@"; do
  LC_ALL=C tar -xOvvP --quoting-style=c --numeric-owner -f "$path" >"$path.data" 2>"$path.list"
  echo $? >"$path.status"
done`;

/** What GNU tar finds in each; the archives may be packed or not. */
export function listGnuTar(archives: readonly Buffer[]): Reading[] {
  return withFiles(archives, (paths) => {
    for (let at = 0; at < paths.length; at += 1_000)
      execFileSync('sh', ['-c', SHELL, 'sh', ...paths.slice(at, at + 1_000)], { maxBuffer: OUTPUT_MAX });
    return paths.map((path) =>
      gnuReading(
        readFileSync(`${path}.list`, 'latin1'),
        readFileSync(`${path}.data`),
        readFileSync(`${path}.status`, 'utf8').trim(),
      ),
    );
  });
}

const GNU_TYPES: Readonly<Record<string, string>> = {
  '-': 'file',
  C: 'file',
  d: 'directory',
  l: 'symlink',
  h: 'link',
};
/** What GNU tar says beside the list and goes on: nothing that changes what it reads. */
const REMARK =
  /^(tar: (A lone zero block at \d+|Ignoring unknown extended header keyword '.*'|.*(implausibly old time stamp|time stamp .* in the future).*)|V.*--Volume Header--)$/;

function gnuReading(list: string, data: Buffer, status: string): Reading {
  const found: string[] = [];
  let at = 0;
  for (const row of list.split('\n').filter((one) => one !== '' && !REMARK.test(one))) {
    const [, letter = '', size = '', name = '', link] =
      /^([-CdlhbcpDVMLSN?])\S+ +\S+ +(\d+) [^"]*"((?:[^"\\]|\\.)*)"(?: (?:->|link to) "((?:[^"\\]|\\.)*)")?$/.exec(
        row,
      ) ?? [];
    if (letter === '') return { failed: row };
    const type = GNU_TYPES[letter] ?? letter;
    const end = at + (type === 'file' ? Number(size) : 0);
    found.push(
      line({
        type,
        name: unquoted(name),
        data: type === 'file' ? data.subarray(at, end) : null,
        size: Number(size),
        link: link === undefined ? null : unquoted(link),
      }),
    );
    at = end;
  }
  if (status !== '0') return { failed: `exit code ${status}` };
  return at === data.byteLength ? found : { failed: 'the content is longer or shorter than the list' };
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** The bytes of a name in C's quotes. */
function unquoted(text: string): Buffer {
  return Buffer.from(
    text.replace(/\\([0-7]{3}|[^0-7])/g, (_, code: string) =>
      code.length === 3
        ? String.fromCharCode(Number.parseInt(code, 8))
        : String.fromCharCode(ESCAPES[code] ?? code.charCodeAt(0)),
    ),
    'latin1',
  );
}

function withFiles<T>(archives: readonly Buffer[], use: (paths: string[]) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'token-desk-readers-'));
  try {
    const paths = archives.map((bytes, index) => {
      const path = join(folder, String(index));
      writeFileSync(path, bytes);
      return path;
    });
    return use(paths);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
