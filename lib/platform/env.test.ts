import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { LOG_LEVELS, parseSettings, SettingsError } from './env';

const FILES: Readonly<Record<string, string>> = {
  '/run/secrets/port': '4000\n',
  '/run/secrets/client-secret': 'from a file\r\n',
  '/run/secrets/empty': '\n',
};

function readFile(path: string): string {
  return FILES[path] ?? assert.fail(`${path} cannot be read`);
}

function read(env: Readonly<Record<string, string>>) {
  return parseSettings(env, readFile);
}

function refusal(env: Readonly<Record<string, string>>): string {
  try {
    read(env);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message;
  }
  return assert.fail(`${JSON.stringify(env)} was taken`);
}

const AKAMAI = {
  AKAMAI_HOST: 'host.luna.akamaiapis.net',
  AKAMAI_CLIENT_TOKEN: 'ct',
  AKAMAI_CLIENT_SECRET: 'cs',
  AKAMAI_ACCESS_TOKEN: 'at',
};

test('without settings it listens on this machine only', () => {
  assert.deepEqual(read({}), {
    port: 3000,
    host: '127.0.0.1',
    publicUrl: 'http://localhost:3000',
    dataDir: resolve('data'),
    edgerc: join(homedir(), '.edgerc'),
    edgercSections: null,
    akamaiEnvironment: null,
    akamaiOrigin: null,
    trustedProxies: 0,
    proxies: { http: null, https: null, none: '' },
    accountSwitchKeys: [],
    reauthMinutes: 0,
    setupEmail: null,
    setupPasswordFile: null,
    sso: null,
    callsPerSecond: 10,
    callMs: 30_000,
    settleMs: 60_000,
    usageScanMs: 86_400_000,
    allowUploads: false,
    smtp: null,
    noticeAllowPrivate: false,
    secretsKey: null,
    logLevel: 'info',
  });
});

test('an empty setting is the same as none', () => {
  const empty = { PORT: '', PUBLIC_URL: '', EDGERC: '', EDGERC_SECTIONS: ' , ', LOG_LEVEL: '', DATA_DIR: '' };
  assert.deepEqual(read(empty), read({}));
});

test('what is set is read', () => {
  const given = read({
    PORT: '8080',
    HOST: '0.0.0.0',
    PUBLIC_URL: 'https://Desk.Example.com:443/',
    DATA_DIR: '/var/lib/desk',
    EDGERC: '/etc/edgerc',
    EDGERC_SECTIONS: 'default, shop,',
    ...AKAMAI,
    AKAMAI_ORIGIN: 'http://127.0.0.1:8787',
    ACCOUNT_SWITCH_KEYS: 'shop=1-ABC:1-2RBL, news = B=C',
    SETUP_EMAIL: 'admin@example.com',
    SETUP_PASSWORD_FILE: '/run/secrets/password',
    AKAMAI_RATE: '20',
    AKAMAI_TIMEOUT: '5',
    SETTLE_SECONDS: '2',
    SMTP_URL: 'smtps://desk:p%40ss@mail.example.com:465',
    SMTP_FROM: 'Token Desk <desk@example.com>',
    NOTICE_ALLOW_PRIVATE: 'true',
    SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
    USAGE_SCAN_HOURS: '6',
    ALLOW_UPLOADS: 'true',
    REAUTH_MINUTES: '10',
    LOG_LEVEL: 'warn',
  });
  assert.deepEqual(given, {
    port: 8080,
    host: '0.0.0.0',
    publicUrl: 'https://desk.example.com',
    dataDir: '/var/lib/desk',
    edgerc: '/etc/edgerc',
    edgercSections: ['default', 'shop'],
    akamaiEnvironment: {
      host: 'host.luna.akamaiapis.net',
      clientToken: 'ct',
      clientSecret: 'cs',
      accessToken: 'at',
    },
    akamaiOrigin: 'http://127.0.0.1:8787',
    trustedProxies: 0,
    proxies: { http: null, https: null, none: '' },
    accountSwitchKeys: [
      { name: 'shop', key: '1-ABC:1-2RBL' },
      { name: 'news', key: 'B=C' },
    ],
    reauthMinutes: 10,
    setupEmail: 'admin@example.com',
    setupPasswordFile: '/run/secrets/password',
    sso: null,
    callsPerSecond: 20,
    callMs: 5_000,
    settleMs: 2_000,
    usageScanMs: 21_600_000,
    allowUploads: true,
    smtp: {
      host: 'mail.example.com',
      port: 465,
      secure: true,
      auth: { user: 'desk', pass: 'p@ss' },
      from: 'Token Desk <desk@example.com>',
    },
    noticeAllowPrivate: true,
    secretsKey: Buffer.alloc(32, 7),
    logLevel: 'warn',
  });
});

test('the port alone moves the public address too', () => {
  assert.equal(read({ PORT: '4321' }).publicUrl, 'http://localhost:4321');
});

test('a leading ~/ of EDGERC is the home folder, and ~ elsewhere is a name', () => {
  assert.equal(read({ EDGERC: '~/keys/edgerc' }).edgerc, join(homedir(), 'keys/edgerc'));
  assert.equal(read({ EDGERC: '/etc/~/edgerc' }).edgerc, '/etc/~/edgerc');
  assert.equal(read({ EDGERC: '~other/edgerc' }).edgerc, resolve('~other/edgerc'));
});

test('NAME_FILE gives the text of a file, without its last line break', () => {
  assert.equal(read({ PORT_FILE: '/run/secrets/port' }).port, 4000);
  const { AKAMAI_CLIENT_SECRET: _, ...rest } = AKAMAI;
  const given = read({ ...rest, AKAMAI_CLIENT_SECRET_FILE: '/run/secrets/client-secret' });
  assert.equal(given.akamaiEnvironment?.clientSecret, 'from a file');
  assert.equal(read({ PORT_FILE: '/run/secrets/empty' }).port, 3000);
});

test('NAME and NAME_FILE together are refused, and so is a file that cannot be read', () => {
  for (const name of ['PORT', 'PUBLIC_URL', 'EDGERC', 'ACCOUNT_SWITCH_KEYS', 'AKAMAI_CLIENT_SECRET']) {
    const both = refusal({ [name]: '4000', [`${name}_FILE`]: '/run/secrets/port' });
    assert.match(both, new RegExp(`^${name} and ${name}_FILE `));
    assert.match(refusal({ [`${name}_FILE`]: '/no/such/file' }), new RegExp(`^${name}_FILE `));
  }
});

test('a wrong setting is named', () => {
  const table: [string, readonly string[]][] = [
    ['NOTICE_ALLOW_PRIVATE', ['yes', '1', 'TRUE']],
    [
      'SECRETS_KEY',
      ['x', 'A'.repeat(42), 'A'.repeat(45), Buffer.alloc(31).toString('base64'), `${'A'.repeat(42)}!`],
    ],
    ['REAUTH_MINUTES', ['-1', '1441', '10m', '1.5']],
    ['PORT', ['-1', '65536', '80.5', 'http', '3000;', 'NaN', 'Infinity']],
    [
      'PUBLIC_URL',
      [
        'desk.example.com',
        'ftp://desk.example.com',
        'javascript:alert(1)',
        'https://desk.example.com/path',
        'https://desk.example.com/?a=b',
        'https://desk.example.com/#a',
        'https://user@desk.example.com',
        'https://user:password@desk.example.com',
        'http://desk.example.com',
        'http://10.0.0.1:3000',
        'http://0.0.0.0:3000',
        'http://[::]:3000',
        'http://localhost.example.com',
        'http://127.0.0.1.example.com',
        'http://127.example.com',
      ],
    ],
    [
      'AKAMAI_ORIGIN',
      [
        '127.0.0.1:8787',
        'ftp://127.0.0.1',
        'https://host.example.com/path',
        'https://host.example.com/?a=b',
        'https://user@host.example.com',
        'http://host.example.com',
        'http://10.0.0.1:8787',
        'http://localhost.example.com',
      ],
    ],
    ['ACCOUNT_SWITCH_KEYS', ['shop', '=key', 'shop=', ' = ', 'shop=1,news', 'shop:1']],
    ['AKAMAI_RATE', ['0', '101', '2.5']],
    ['AKAMAI_TIMEOUT', ['0', '121', '1.5', '-1', '30s']],
    ['SETTLE_SECONDS', ['0', '601', '1e2']],
    ['LOG_LEVEL', ['verbose', 'INFO', 'silent', '30']],
  ];
  for (const [name, values] of table) {
    for (const value of values) {
      assert.match(refusal({ [name]: value }), new RegExp(`^${name} is wrong: `), `${name}=${value}`);
    }
  }
});

test('no refusal repeats an account switch key', () => {
  assert.doesNotMatch(refusal({ ACCOUNT_SWITCH_KEYS: 'shop=1-ABC,1-2RBL' }), /1-ABC|1-2RBL/);
});

test('plain http is taken for this machine', () => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
    const origin = `http://${host}:3000`;
    assert.equal(read({ PUBLIC_URL: origin }).publicUrl, origin);
    assert.equal(read({ AKAMAI_ORIGIN: origin }).akamaiOrigin, origin);
  }
});

test('[21] the switches that make the EdgeGrid library print its signing key are refused', () => {
  for (const name of ['AKAMAI_LOG_LEVEL', 'AKAMAI_LOG_PRETTY']) {
    for (const value of ['trace', '0', 'false'])
      assert.match(refusal({ [name]: value }), new RegExp(`^${name} `));
  }
});

test('a credential in the environment counts only when all four parts are set', () => {
  for (const missing of Object.keys(AKAMAI)) {
    assert.equal(read({ ...AKAMAI, [missing]: '' }).akamaiEnvironment, null, missing);
  }
});

test('every log level is taken', () => {
  for (const level of LOG_LEVELS) assert.equal(read({ LOG_LEVEL: level }).logLevel, level);
});

test('what only looks like a setting is refused', () => {
  for (const [name, value] of [
    ['PORT', ' '],
    ['PORT', '1e3'],
    ['PORT', '0x10'],
    ['PUBLIC_URL', 'https://:password@desk.example.com'],
    ['AKAMAI_ORIGIN', 'https://:password@gateway.example.com'],
    ['AKAMAI_ORIGIN', 'https://gateway.example.com/#x'],
    ['ACCOUNT_SWITCH_KEYS', 'shop=1,shop=2'],
  ] as const) {
    assert.match(refusal({ [name]: value }), new RegExp(`^${name} is wrong`), `${name}=${value}`);
  }
  assert.equal(read({ EDGERC: '~' }).edgerc, homedir());
});

const OIDC = {
  OIDC_ISSUER: 'https://idp.example.com/realms/staff',
  OIDC_CLIENT_ID: 'token-desk',
  OIDC_CLIENT_SECRET: 'kept for the provider',
  OIDC_ROLES: 'desk-admins=admin, everyone=viewer',
};

test('single sign-on has a name, a claim and roles', () => {
  assert.deepEqual(read(OIDC).sso, {
    issuer: 'https://idp.example.com/realms/staff',
    clientId: 'token-desk',
    clientSecret: 'kept for the provider',
    name: 'Single sign-on',
    groupsClaim: 'groups',
    roles: [
      { group: 'desk-admins', role: 'admin' },
      { group: 'everyone', role: 'viewer' },
    ],
    only: false,
  });
  const { OIDC_CLIENT_SECRET: _, ...others } = OIDC;
  const more = read({
    ...others,
    OIDC_CLIENT_SECRET_FILE: '/run/secrets/client-secret',
    OIDC_NAME: 'Example ID',
    OIDC_GROUPS_CLAIM: 'roles',
    OIDC_ROLES: 'cn=desk=manager,*=viewer',
    OIDC_ONLY: 'true',
  }).sso;
  assert.equal(more?.clientSecret, 'from a file');
  assert.equal(more?.groupsClaim, 'roles');
  assert.equal(more?.name, 'Example ID');
  assert.deepEqual(more?.roles, [
    { group: 'cn=desk', role: 'manager' },
    { group: '*', role: 'viewer' },
  ]);
  assert.equal(more?.only, true);
});

test('half of single sign-on stops the start, and what is missing is named', () => {
  for (const name of Object.keys(OIDC)) {
    const rest = Object.fromEntries(Object.entries(OIDC).filter(([key]) => key !== name));
    assert.match(refusal(rest), new RegExp(`^${name} is missing`));
  }
  assert.match(refusal({ OIDC_ONLY: 'true' }), /^OIDC_ISSUER is missing/);
});

test('a wrong setting of single sign-on is named', () => {
  const wrong: Readonly<Record<string, readonly string[]>> = {
    OIDC_ISSUER: [
      'idp',
      'ftp://a',
      'http://idp.example.com',
      'https://a/?b',
      'https://a/#b',
      'https://u:p@a/',
    ],
    OIDC_ROLES: ['admins', 'admins=', '=admin', 'admins=owner', 'admins=Admin', ' , '],
    OIDC_ONLY: ['yes', '1', 'TRUE'],
    OIDC_NAME: ['x'.repeat(41)],
  };
  for (const [name, values] of Object.entries(wrong))
    for (const value of values)
      assert.match(refusal({ ...OIDC, [name]: value }), new RegExp(`^${name} `), value);
  assert.equal(read({ ...OIDC, OIDC_ISSUER: 'http://127.0.0.1:4444' }).sso?.issuer, 'http://127.0.0.1:4444/');
  assert.ok(!refusal({ ...OIDC, OIDC_ONLY: 'no' }).includes(OIDC.OIDC_CLIENT_SECRET));
});

test('mail needs its server and its sender, and both must be what they are', () => {
  const mail = { SMTP_URL: 'smtp://mail.example.com', SMTP_FROM: 'desk@example.com' };
  const plain = { secure: false, auth: null, from: mail.SMTP_FROM };
  assert.deepEqual(read(mail).smtp, { host: 'mail.example.com', port: 25, ...plain });
  assert.deepEqual(read({ ...mail, SMTP_URL: 'smtp://[::1]:2525/' }).smtp, {
    host: '::1',
    port: 2525,
    ...plain,
  });
  assert.match(refusal({ SMTP_URL: mail.SMTP_URL }), /^SMTP_FROM is missing/);
  assert.match(refusal({ SMTP_FROM: mail.SMTP_FROM }), /^SMTP_URL is missing/);
  for (const SMTP_URL of [
    'mail',
    'http://mail',
    'smtp://',
    'smtp://mail/x',
    'smtp://mail?proxy=http://x',
    'smtp://m#x',
    'smtp://a%zz@m',
  ])
    assert.match(refusal({ ...mail, SMTP_URL }), /^SMTP_URL is wrong/, SMTP_URL);
  for (const SMTP_FROM of ['desk', 'a@b, c@d', 'a@b\r\nBcc: c@d', 'X <a@b> Y', 'a b@c'])
    assert.match(refusal({ ...mail, SMTP_FROM }), /^SMTP_FROM is wrong/, SMTP_FROM);
});

test('what is wrong with a secret setting is told without it', () => {
  const told = [
    refusal({ SMTP_URL: 'http://desk:hunter2@mail', SMTP_FROM: 'a@b' }),
    refusal({ SECRETS_KEY: 'hunter2' }),
  ];
  for (const words of told) assert.doesNotMatch(words, /hunter2/);
});
