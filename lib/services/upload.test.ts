// Uploads as they arrive: forms as browsers and curl write them, and what breaks on the way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok, type Result } from '@/lib/domain/problem';
import { ONE_BUNDLE, ONE_TOKENS_FILE, SEVERAL_BUNDLES, type Upload, withUpload } from './upload';

const ADDRESS = 'http://desk.example/api/v1/bundles/patch';

type Told = { files: [name: string | null, text: string][]; fields: [string, string][] };

async function read(request: Request, limits = SEVERAL_BUNDLES): Promise<Result<Told>> {
  return withUpload(request, 'bundle', limits, async ({ files, fields }: Upload) =>
    ok({
      files: files.map(({ name, bytes }): [string | null, string] => [
        name,
        Buffer.from(bytes).toString('utf8'),
      ]),
      fields: [...fields],
    }),
  );
}

function form(
  parts: readonly (readonly [head: string, body: string | Uint8Array])[],
  end = '--X--\r\n',
): Request {
  const pieces = parts.flatMap(([head, body]) => [
    `--X\r\nContent-Disposition: form-data; ${head}\r\n\r\n`,
    body,
    '\r\n',
  ]);
  const body = Buffer.concat([...pieces, end].map((piece) => Buffer.from(piece)));
  return new Request(ADDRESS, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'multipart/form-data; boundary=X' },
  });
}

const FILE = '\r\nContent-Type: application/gzip';

async function problem(request: Request, limits = SEVERAL_BUNDLES): Promise<[string, number, string]> {
  const result = await read(request, limits);
  assert.ok(!result.ok, 'it was taken');
  return [result.problem.code, result.problem.status, result.problem.title];
}

test('files and fields of a form come in their order, byte for byte', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const request = form([
    ['name="token"', 'cart'],
    [`name="bundle"; filename="a.tgz"${FILE}`, bytes],
    ['name="token"', 'promo ünïcode'],
    [`name="bundle"; filename="b.tgz"${FILE}`, ''],
    [`name="other"; filename="c.tgz"${FILE}`, 'not asked for'],
  ]);
  const result = await withUpload(request, 'bundle', SEVERAL_BUNDLES, async (upload) => ok(upload));
  assert.ok(result.ok);
  const { files, fields } = result.value;
  assert.deepEqual(
    files.map(({ name, bytes: read }) => [name, Buffer.from(read).toString('hex')]),
    [
      ['a.tgz', Buffer.from(bytes).toString('hex')],
      ['b.tgz', ''],
    ],
  );
  assert.deepEqual(fields.getAll('token'), ['cart', 'promo ünïcode']);
});

test('what fetch and browsers write is read, whatever the name', async () => {
  for (const name of ['bundle.tgz', 'bündel 世界.tgz', 'a;b=c.tgz', 'it’s "quoted".tgz', "o'clock.tgz"]) {
    const data = new FormData();
    data.append('bundle', new Blob(['x\r\n--X\r\n\r\ny']), name);
    data.append('token', 'line one\nline two');
    const result = await read(new Request(ADDRESS, { method: 'POST', body: data }));
    assert.ok(result.ok);
    // Browsers and fetch write a quote as %22.
    assert.deepEqual(result.value.files, [[name.replaceAll('"', '%22'), 'x\r\n--X\r\n\r\ny']]);
    assert.deepEqual(result.value.fields, [['token', 'line one\r\nline two']]);
  }
});

test('a raw body is one file without a name', async () => {
  const result = await read(new Request(ADDRESS, { method: 'POST', body: 'the bytes' }), ONE_BUNDLE);
  assert.deepEqual(result, ok({ files: [[null, 'the bytes']], fields: [] }));
});

test('a form without a choice is no file', async () => {
  const empty = () => form([[`name="bundle"; filename=""\r\nContent-Type: application/octet-stream`, '']]);
  assert.equal((await problem(empty()))[0], 'bad-request');
  assert.deepEqual(await read(empty(), ONE_TOKENS_FILE), ok({ files: [], fields: [] }));
});

test('a form that is cut, has no boundary, no names or broken text is refused', async () => {
  const part = [`name="bundle"; filename="a.tgz"${FILE}`, 'x'] as const;
  const bodies: readonly Request[] = [
    form([part], ''),
    form([part], '--X'),
    form([['filename="a.tgz"', 'x']]),
    form([['name="token"', Uint8Array.of(0xff, 0xfe)]]),
    form([[`name="token"; x="${'y'.repeat(20_000)}"`, 'x']]),
    form(Array.from({ length: 300 }, (_, index) => [`name="f${index}"`, 'x'])),
    new Request(ADDRESS, { method: 'POST', body: 'x', headers: { 'Content-Type': 'multipart/form-data' } }),
    new Request(ADDRESS, {
      method: 'POST',
      body: 'no form at all',
      headers: { 'Content-Type': 'multipart/form-data; boundary=X' },
    }),
  ];
  for (const [index, request] of bodies.entries())
    assert.deepEqual(
      await problem(request),
      ['bad-request', 400, 'The form could not be read.'],
      String(index),
    );
});

test('too many and too large files are refused, in a form and raw, announced and not', async () => {
  const many = form(
    Array.from({ length: 51 }, (_, index) => [`name="bundle"; filename="${index}.tgz"`, 'x']),
  );
  assert.match((await problem(many))[2], /At most 50 files/);
  const two = form([
    ['name="bundle"; filename="a"', 'x'],
    ['name="bundle"; filename="b"', 'x'],
  ]);
  assert.match((await problem(two, ONE_BUNDLE))[2], /One file is taken/);
  const large = new Uint8Array(8 * 1024 * 1024 + 1);
  assert.deepEqual((await problem(form([['name="bundle"; filename="a"', large]]))).slice(0, 2), [
    'too-large',
    413,
  ]);
  assert.equal((await problem(new Request(ADDRESS, { method: 'POST', body: large })))[0], 'too-large');
  assert.equal((await problem(streamed([large])))[0], 'too-large');
  const fits = await read(streamed([large.subarray(1)]));
  assert.ok(fits.ok);
});

/** A body of unknown length; after the pieces it ends, or breaks with `error`. */
function streamed(
  pieces: readonly Uint8Array[],
  error?: Error,
  headers: Record<string, string> = {},
): Request {
  const left = [...pieces];
  const body = new ReadableStream({
    pull: (controller) => {
      const piece = left.shift();
      if (piece) controller.enqueue(piece);
      else if (error) controller.error(error);
      else controller.close();
    },
  });
  // Node wants `duplex`, which the type does not know.
  const init = { method: 'POST', body, duplex: 'half', headers };
  return new Request(ADDRESS, init);
}

test('a body that breaks off, or is shorter than announced, is refused', async () => {
  const broken = streamed([Buffer.from('half of')], new Error('aborted'));
  assert.deepEqual(await problem(broken), ['bad-request', 400, 'The file did not arrive whole.']);
  const short = streamed([Buffer.from('half of')], undefined, { 'Content-Length': '9' });
  assert.equal((await problem(short))[2], 'The file did not arrive whole.');
});

test('what is held together has a limit; all is free again after uses that end, throw or break off', async () => {
  const piece = new Uint8Array(8 * 1024 * 1024);
  const hold = (use: () => Promise<Result<null>>) => withUpload(streamed([piece]), 'bundle', ONE_BUNDLE, use);
  for (let round = 0; round < 3; round += 1) {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    // 96 MiB, which is all that there is room for.
    const holders: Promise<Result<null>>[] = [];
    for (let count = 0; count < 12; count += 1) {
      await new Promise<void>((inUse) => {
        holders.push(
          hold(async () => {
            inUse();
            await gate;
            return ok(null);
          }),
        );
      });
    }
    assert.deepEqual((await problem(streamed([piece]), ONE_BUNDLE)).slice(0, 2), ['busy', 503]);
    open();
    for (const held of await Promise.all(holders)) assert.ok(held.ok);
    await assert.rejects(hold(() => Promise.reject(new Error('thrown'))));
    assert.equal((await problem(streamed([piece], new Error('aborted')), ONE_BUNDLE))[0], 'bad-request');
  }
});
