import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ok } from '@/lib/domain/problem';
import { isOpenToOthers, readSections } from './credentials';

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
  const read = await readSections({ ...options(path), ...more });
  return read.ok ? read.value.map((one) => one.section) : assert.fail(read.problem.title);
}

async function refusal(path: string, more = {}) {
  const read = await readSections({ ...options(path), ...more });
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
  const read = await readSections(options(edgerc(text)));
  assert.ok(read.ok);
  assert.deepEqual(
    read.value[0]?.credential,
    ok({
      section: 'default',
      host: HOST,
      clientToken: 'ct',
      clientSecret: 'a=b==',
      accessToken: 'at',
      accountKey: 'A-1',
    }),
  );
});

test('the environment wins over the section default', async () => {
  const environment = { host: HOST, clientToken: 'env', clientSecret: 's', accessToken: 'a' };
  const read = await readSections({ ...options(edgerc(section('default') + section('x'))), environment });
  assert.ok(read.ok);
  assert.deepEqual(
    read.value.map(({ section: name, credential }) => [name, credential.ok && credential.value.clientToken]),
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

test('a section that is incomplete, wrong or not there keeps no other one from working', async () => {
  const path = edgerc(
    `${section('default')}[new]\nhost = ${HOST}\n${section('old', 'evil.example')}${section('acme')}`,
  );
  const read = await readSections({ ...options(path), sections: ['default', 'new', 'old', 'gone', 'acme'] });
  assert.ok(read.ok);
  const told = read.value.map(({ section: name, credential }) => [
    name,
    credential.ok ? credential.value.clientToken : credential.problem.title,
  ]);
  assert.deepEqual(told, [
    ['default', 'ct-default'],
    ['new', 'Section [new] of the .edgerc has no client_token.'],
    ['old', 'The host of section [old] is no API host of Akamai.'],
    ['gone', 'The .edgerc has no section [gone].'],
    ['acme', 'ct-acme'],
  ]);
});

test('[23] an .edgerc that others can read is refused', async () => {
  for (const mode of [0o644, 0o640, 0o604, 0o660]) {
    const path = edgerc(section('default'), 0o600);
    chmodSync(path, mode);
    assert.match((await refusal(path)).title, /other users/, mode.toString(8));
    assert.equal(await isOpenToOthers(path), true);
  }
  for (const mode of [0o600, 0o400]) {
    const path = edgerc(section('default'), mode);
    assert.deepEqual(await sections(path), ['default']);
    assert.equal(await isOpenToOthers(path), false);
  }
  assert.equal(await isOpenToOthers(join(folder, 'nobody-wrote-this')), false);
});

const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

test('[23] on a read-only mount it is taken, as the secrets of containers are', { skip: !canMount }, () => {
  const mounted = join(folder, 'mounted');
  mkdirSync(mounted);
  const path = join(mounted, 'edgerc');
  writeFileSync(path, section('default'));
  chmodSync(path, 0o644);
  const read = (prepare: string) => {
    const reader = [...process.execArgv, join(import.meta.dirname, 'testdata', 'read-credentials.ts'), path];
    const script = `${prepare} && exec "$@"`;
    const shell = ['-rm', 'sh', '-c', script, mounted, process.execPath, ...reader];
    const { stdout, stderr } = spawnSync('unshare', shell, { encoding: 'utf8', timeout: 30_000 });
    return stdout.trim() || assert.fail(stderr);
  };
  assert.equal(read('mount --bind "$0" "$0"'), 'The .edgerc can be read by other users of this machine.');
  assert.equal(read('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"'), 'default');
});

const BAD_HOSTS = [
  ...['', ' ', '.', '-', 'localhost', 'example.com', '127.0.0.1', '[::1]', '169.254.169.254', '0x7f000001'],
  ...['akab-a.luna.akamaiapis.net.', 'akab-a.luna.akamaiapis.net.evil.example', 'akamaiapis.net'],
  ...['luna.akamaiapis.net', '.luna.akamaiapis.net', 'a.b.luna.akamaiapis.net', 'akab_a.luna.akamaiapis.net'],
  ...['akab-a.lunaXakamaiapis.net', 'akab-a.luna.akamaiapis.network', 'akab-a.luna.akamaiapis.com'],
  ...['akab-a.luna-prod.akamaiapis.net', 'akab-a.lunaakamaiapis.net', 'akab-aluna.akamaiapis.net'],
  ...['AKAB-A.LUNA.AKAMAIAPIS.NET', 'akab-ä.luna.akamaiapis.net', 'akab-a.luna.akamaiapis.nеt'],
  ...['akab-a。luna.akamaiapis.net', 'xn--.luna.akamaiapis.net/x', 'akab-a.luna.akamaiapis.net:443'],
  ...['akab-a.luna.akamaiapis.net:80', 'akab-a.luna.akamaiapis.net//', '/akab-a.luna.akamaiapis.net'],
  ...['akab-a.luna.akamaiapis.net/path', 'akab-a.luna.akamaiapis.net?x', 'akab-a.luna.akamaiapis.net#x'],
  ...[
    'akab-a.luna.akamaiapis.net\\@evil',
    'user@akab-a.luna.akamaiapis.net',
    'u:p@akab-a.luna.akamaiapis.net',
  ],
  ...['evil.example#akab-a.luna.akamaiapis.net', 'evil.example/akab-a.luna.akamaiapis.net'],
  ...['evil.example?akab-a.luna.akamaiapis.net', 'evil.example\\akab-a.luna.akamaiapis.net'],
  ...[
    'http://akab-a.luna.akamaiapis.net',
    'HTTPS://akab-a.luna.akamaiapis.net',
    'https:akab-a.luna.akamaiapis.net',
  ],
  ...[
    'https://https://akab-a.luna.akamaiapis.net',
    'https://evil.example',
    'ftp://akab-a.luna.akamaiapis.net',
  ],
  ...['https://akab-a.luna.akamaiapis.net#https://', 'https://akab-a.luna.akamaiapis.net@evil.example'],
  ...[
    '//akab-a.luna.akamaiapis.net',
    'akab-a.luna.akamaiapis.net,evil.example',
    'akab-a .luna.akamaiapis.net',
  ],
  ...[
    'akab-a.luna.akamaiapis.net evil.example',
    'akab-a.luna.akamaiapis.net\tx',
    'akab-a.luna.akamaiapis.net%00',
  ],
  ...['akab-a.luna.akamaiapis.net\0', 'akab-a%2eluna.akamaiapis.net', 'akab-a.luna.akamaiapis\u2028.net'],
  ...['*.luna.akamaiapis.net', 'file:///etc/passwd', '$HOST', `${'a'.repeat(300)}.luna.akamaiapis.net.x`],
];

test('[24] no host but one of Akamai is taken, however it is written', async () => {
  assert.ok(new Set(BAD_HOSTS).size >= 60);
  for (const host of BAD_HOSTS) {
    const { title } = await refusal(edgerc(section('default', host)));
    assert.match(title, /no API host of Akamai|has no host/, host);
    const environment = { host, clientToken: 't', clientSecret: 's', accessToken: 'a' };
    const given = await readSections({ ...options(join(folder, 'none')), environment });
    assert.ok(!given.ok, host);
  }
  for (const host of ['akab-a.luna.akamaiapis.net', 'akab-1-b.luna-dev.akamaiapis.net', `https://${HOST}/`])
    assert.deepEqual(await sections(edgerc(section('default', host))), ['default'], host);
  const gateway = edgerc(section('default', 'gateway.example:8443'));
  assert.deepEqual(await sections(gateway, { originSet: true }), ['default']);
});
