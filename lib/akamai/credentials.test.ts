import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readCredentials } from './credentials';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-edgerc-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const HOST = 'akab-abc.luna.akamaiapis.net';
let count = 0;

function edgerc(text: string, mode = 0o600): string {
  count += 1;
  const path = join(folder, `edgerc-${count}`);
  writeFileSync(path, text, { mode });
  return path;
}

const section = (name: string, host = HOST) =>
  `[${name}]\nhost = ${host}\nclient_token = ct-${name}\nclient_secret = s=ecret/+==\naccess_token = at\n`;
const options = (path: string) => ({ edgerc: path, sections: null, environment: null, originSet: false });

async function sections(path: string, more = {}) {
  const read = await readCredentials({ ...options(path), ...more });
  return read.ok ? read.value.map((one) => one.section) : assert.fail(read.problem.title);
}

async function refusal(path: string, more = {}) {
  const read = await readCredentials({ ...options(path), ...more });
  return read.ok ? assert.fail('it was taken') : read.problem;
}

test('all sections are offered in the order of the file, or those that are named', async () => {
  const path = edgerc(section('default') + section('acme'));
  assert.deepEqual(await sections(path), ['default', 'acme']);
  assert.deepEqual(await sections(path, { sections: ['acme'] }), ['acme']);
  assert.match((await refusal(path, { sections: ['nobody'] })).title, /no section \[nobody\]/);
});

test('comments, spaces, CRLF, a BOM, upper case and https:// are understood', async () => {
  const text = `\uFEFF; mine\r\n[ default ]\r\n  Host = https://${HOST}/ \r\n# c\r\nclient_token=ct ; inline\r\nclient_secret = a=b==\r\naccess_token=at\r\naccount_key = A-1\r\n`;
  const read = await readCredentials(options(edgerc(text)));
  assert.ok(read.ok);
  assert.deepEqual(read.value[0], {
    section: 'default',
    host: HOST,
    clientToken: 'ct',
    clientSecret: 'a=b==',
    accessToken: 'at',
    accountKey: 'A-1',
  });
});

test('the environment wins over the section default', async () => {
  const environment = { host: HOST, clientToken: 'env', clientSecret: 's', accessToken: 'a' };
  const read = await readCredentials({ ...options(edgerc(section('default') + section('x'))), environment });
  assert.ok(read.ok);
  assert.deepEqual(
    read.value.map((one) => [one.section, one.clientToken]),
    [
      ['default', 'env'],
      ['x', 'ct-x'],
    ],
  );
});

test('what is missing or wrong is named by section and key, without path or value', async () => {
  const cases: [path: string, words: RegExp][] = [
    [join(folder, 'nobody-wrote-this'), /no \.edgerc/],
    [edgerc(''), /no section/],
    [edgerc('[default]\nhost = h\n'), /has no client_token/],
    [edgerc(section('default', 'evil.example')), /no API host of Akamai/],
    [edgerc(section('default', `${HOST}.evil.example`)), /no API host of Akamai/],
    [edgerc(section('default'), 0o644), /other users/],
    [folder, /cannot be read|other users/],
  ];
  for (const [path, words] of cases) {
    const problem = await refusal(path);
    assert.equal(problem.code, 'no-credentials');
    assert.match(problem.title, words);
    assert.ok(!JSON.stringify(problem).includes(folder));
    assert.ok(!JSON.stringify(problem).includes('s=ecret'));
  }
});
