// The settings, and the only reader of process.env. Parsed when first used, so that a build needs none of them.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { once } from './once';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

const ROLES = ['viewer', 'releaser', 'manager', 'admin'] as const;

export type SsoSettings = {
  /** The provider's issuer, as the WHATWG parser prints it. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** The words on the button. */
  name: string;
  /** The claim that holds the groups. */
  groupsClaim: string;
  /** Which group has which role; the group `*` is everybody. */
  roles: readonly { group: string; role: (typeof ROLES)[number] }[];
  /** Nobody signs in with a password. */
  only: boolean;
};

export type Settings = {
  port: number;
  host: string;
  /** The address people use, without a path: the only origin accepted for changes. */
  publicUrl: string;
  /** Absolute path of the data folder. */
  dataDir: string;
  /** Absolute path of the .edgerc. */
  edgerc: string;
  /** The sections to offer; null for all. */
  edgercSections: readonly string[] | null;
  /** The credential of AKAMAI_HOST and its three companions, when all four are set. */
  akamaiEnvironment: { host: string; clientToken: string; clientSecret: string; accessToken: string } | null;
  /** Connect here instead of https://<host of the credential>. */
  akamaiOrigin: string | null;
  /** How many proxies in front of the server write X-Forwarded-For; read by scripts/start.mjs. */
  trustedProxies: number;
  /** The way out to Akamai. */
  proxies: ProxySettings;
  accountSwitchKeys: readonly { name: string; key: string }[];
  /** Who takes a legacy token's value must have signed in so lately; 0: whenever. */
  reauthMinutes: number;
  setupEmail: string | null;
  setupPasswordFile: string | null;
  /** Single sign-on by OpenID Connect; null when none of its settings is there. */
  sso: SsoSettings | null;
  /** Calls to Akamai a second, at most, for each credential. */
  callsPerSecond: number;
  /** How long one call to Akamai may take, milliseconds. */
  callMs: number;
  /** How long after a lost answer a token is looked up before "nothing changed" is believed, milliseconds. */
  settleMs: number;
  /** How often live EdgeWorkers versions are scanned for tokens, milliseconds; 0: only when somebody asks for it. */
  usageScanMs: number;
  /** Whether patched bundles may be uploaded as new versions, and activated, from here. */
  allowUploads: boolean;
  /** The mail server that notices go through; null when there is none. */
  smtp: SmtpSettings | null;
  /** Whether notices may go to private addresses, and there without TLS. */
  noticeAllowPrivate: boolean;
  /** The key of secrets in the database, 32 bytes; null for the one in the data folder. */
  secretsKey: Buffer | null;
  logLevel: (typeof LOG_LEVELS)[number];
};

/** The proxy of the environment, as every program reads it: small letters win. */
export type ProxySettings = { http: string | null; https: string | null; none: string };

export type SmtpSettings = {
  host: string;
  port: number;
  /** TLS from the first byte on. */
  secure: boolean;
  /** Null when the server asks for none. */
  auth: { user: string; pass: string } | null;
  /** The sender's address. */
  from: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown at start, with one sentence that names the variable: the server must not run on a wrong setting. */
export class SettingsError extends Error {}

/** Names of this machine, as they stand in a URL. */
export const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((number) => number <= 65_535);
const minutes = z
  .string()
  .regex(/^\d{1,4}$/)
  .transform(Number)
  .refine((number) => number <= 1_440);
const proxies = z.string().regex(/^\d$/).transform(Number);
const wholeUpTo = (max: number) =>
  z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .refine((number) => number >= 1 && number <= max);
const scanHours = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .refine((number) => number <= 720);
const callRate = wholeUpTo(100);
const callSeconds = wholeUpTo(120);
const settleSeconds = wholeUpTo(600);
const trueOrFalse = z.enum(['true', 'false']).transform((text) => text === 'true');
const url = z.url({ protocol: /^https?$/ }).transform((text) => new URL(text));

/** Reads settings out of `env`. Throws SettingsError for a wrong one. `readFile` reads the NAME_FILE variants. */
export function parseSettings(env: Environment, readFile: (path: string) => string = readText): Settings {
  for (const name of ['AKAMAI_LOG_LEVEL', 'AKAMAI_LOG_PRETTY']) {
    if (env[name]) {
      throw new SettingsError(
        `${name} is set: it would make the EdgeGrid library print the signing key. Unset it.`,
      );
    }
  }
  const get = (name: string): string | undefined => {
    const direct = env[name] || undefined;
    const path = env[`${name}_FILE`] || undefined;
    if (direct && path) throw new SettingsError(`${name} and ${name}_FILE are both set. Set one of them.`);
    if (!path) return direct;
    try {
      return readFile(path).trimEnd() || undefined;
    } catch {
      throw new SettingsError(`${name}_FILE names a file that cannot be read.`);
    }
  };
  const parse = <T>(name: string, schema: z.ZodType<T>, fallback: string, rule: string): T => {
    const parsed = schema.safeParse(get(name) ?? fallback);
    if (!parsed.success) throw new SettingsError(`${name} is wrong: ${rule}.`);
    return parsed.data;
  };
  const portNumber = parse('PORT', port, '3000', 'it must be a port number');
  const publicUrl = parse(
    'PUBLIC_URL',
    url,
    `http://localhost:${portNumber}`,
    'it must be an http or https address',
  );
  if (!isBareOrigin(publicUrl)) {
    throw new SettingsError(
      'PUBLIC_URL is wrong: it must be an address without a path, like https://desk.example.com.',
    );
  }
  if (publicUrl.protocol === 'http:' && !LOOPBACK.test(publicUrl.hostname)) {
    throw new SettingsError(
      'PUBLIC_URL is wrong: plain http is for this machine only. Use an https address.',
    );
  }
  const origin = get('AKAMAI_ORIGIN');
  return {
    port: portNumber,
    host: get('HOST') ?? '127.0.0.1',
    publicUrl: publicUrl.origin,
    dataDir: resolve(/* turbopackIgnore: true */ get('DATA_DIR') ?? './data'),
    edgerc: resolve(/* turbopackIgnore: true */ expandHome(get('EDGERC') ?? '~/.edgerc')),
    edgercSections: list(get('EDGERC_SECTIONS')),
    akamaiEnvironment: akamaiEnvironment(get),
    akamaiOrigin: origin ? akamaiOrigin(origin) : null,
    trustedProxies: parse('TRUSTED_PROXIES', proxies, '0', 'it must be a number from 0 to 9'),
    proxies: {
      http: env.http_proxy ?? env.HTTP_PROXY ?? null,
      https: env.https_proxy ?? env.HTTPS_PROXY ?? null,
      none: env.no_proxy ?? env.NO_PROXY ?? '',
    },
    accountSwitchKeys: accountSwitchKeys(list(get('ACCOUNT_SWITCH_KEYS')) ?? []),
    reauthMinutes: parse('REAUTH_MINUTES', minutes, '0', 'it must be a number of minutes from 0 to 1440'),
    setupEmail: get('SETUP_EMAIL') ?? null,
    setupPasswordFile: env.SETUP_PASSWORD_FILE || null,
    sso: ssoSettings(get),
    callsPerSecond: parse(
      'AKAMAI_RATE',
      callRate,
      '10',
      'it must be a number of calls a second from 1 to 100',
    ),
    callMs:
      parse('AKAMAI_TIMEOUT', callSeconds, '30', 'it must be a number of seconds from 1 to 120') * 1_000,
    settleMs:
      parse('SETTLE_SECONDS', settleSeconds, '60', 'it must be a number of seconds from 1 to 600') * 1_000,
    usageScanMs:
      parse('USAGE_SCAN_HOURS', scanHours, '24', 'it must be a number of hours from 0 to 720') * 3_600_000,
    allowUploads: parse('ALLOW_UPLOADS', trueOrFalse, 'false', 'it must be true or false'),
    smtp: smtpSettings(get),
    noticeAllowPrivate: parse('NOTICE_ALLOW_PRIVATE', trueOrFalse, 'false', 'it must be true or false'),
    secretsKey: secretsKey(get('SECRETS_KEY')),
    logLevel: parse('LOG_LEVEL', z.enum(LOG_LEVELS), 'info', `it must be one of ${LOG_LEVELS.join(', ')}`),
  };
}

/** The settings of this process. Throws SettingsError at the first call when one is wrong. */
export function settings(): Settings {
  return once('settings', () => parseSettings(process.env));
}

/** No path, query, fragment, user or password. */
function isBareOrigin(address: URL): boolean {
  return address.pathname === '/' && !hasExtras(address);
}

/** A query, a fragment, a user or a password. */
function hasExtras({ search, hash, username, password }: URL): boolean {
  return [search, hash, username, password].some(Boolean);
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? `${homedir()}${path.slice(1)}` : path;
}

function list(text: string | undefined): string[] | null {
  const parts = (text ?? '').split(',').map((part) => part.trim());
  const named = parts.filter((part) => part !== '');
  return named.length > 0 ? named : null;
}

function akamaiEnvironment(get: (name: string) => string | undefined): Settings['akamaiEnvironment'] {
  const [host, clientToken, clientSecret, accessToken] = [
    get('AKAMAI_HOST'),
    get('AKAMAI_CLIENT_TOKEN'),
    get('AKAMAI_CLIENT_SECRET'),
    get('AKAMAI_ACCESS_TOKEN'),
  ];
  return host && clientToken && clientSecret && accessToken
    ? { host, clientToken, clientSecret, accessToken }
    : null;
}

function akamaiOrigin(text: string): string {
  const parsed = url.safeParse(text);
  if (!parsed.success || !isBareOrigin(parsed.data)) {
    throw new SettingsError(
      'AKAMAI_ORIGIN is wrong: it must be an address without a path, like http://127.0.0.1:8787.',
    );
  }
  if (parsed.data.protocol === 'http:' && !LOOPBACK.test(parsed.data.hostname)) {
    throw new SettingsError('AKAMAI_ORIGIN is wrong: plain http is allowed to this machine only.');
  }
  return parsed.data.origin;
}

const SSO_NEEDED = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_ROLES'] as const;
const SSO_ALL = [...SSO_NEEDED, 'OIDC_NAME', 'OIDC_GROUPS_CLAIM', 'OIDC_ONLY'] as const;
const SSO_NAME_MAX = 40;

/** All or nothing: half of it would be a door that nobody looked at. */
function ssoSettings(get: (name: string) => string | undefined): SsoSettings | null {
  const values = new Map(SSO_ALL.map((name) => [name, get(name)]));
  if ([...values.values()].every((value) => value === undefined)) return null;
  const needed = (name: (typeof SSO_NEEDED)[number]): string => {
    const value = values.get(name);
    if (value === undefined)
      throw new SettingsError(`${name} is missing: single sign-on needs ${SSO_NEEDED.join(', ')}.`);
    return value;
  };
  const name = values.get('OIDC_NAME') ?? 'Single sign-on';
  if (name.length > SSO_NAME_MAX)
    throw new SettingsError(`OIDC_NAME is wrong: it has at most ${SSO_NAME_MAX} characters.`);
  const only = values.get('OIDC_ONLY') ?? 'false';
  if (only !== 'true' && only !== 'false')
    throw new SettingsError('OIDC_ONLY is wrong: it must be true or false.');
  return {
    issuer: issuer(needed('OIDC_ISSUER')),
    clientId: needed('OIDC_CLIENT_ID'),
    clientSecret: needed('OIDC_CLIENT_SECRET'),
    name,
    groupsClaim: values.get('OIDC_GROUPS_CLAIM') ?? 'groups',
    roles: groupRoles(list(needed('OIDC_ROLES')) ?? []),
    only: only === 'true',
  };
}

function issuer(text: string): string {
  const parsed = url.safeParse(text);
  if (!parsed.success || hasExtras(parsed.data))
    throw new SettingsError("OIDC_ISSUER is wrong: it must be the provider's address, without a query.");
  if (parsed.data.protocol === 'http:' && !LOOPBACK.test(parsed.data.hostname))
    throw new SettingsError('OIDC_ISSUER is wrong: plain http is allowed to this machine only.');
  return parsed.data.href;
}

function groupRoles(pairs: readonly string[]): SsoSettings['roles'] {
  const roles = pairs.map((pair) => {
    // The last `=`, as a group's name may hold one.
    const [, group, named] = /^(.+)=([^=]+)$/.exec(pair) ?? [];
    const role = ROLES.find((one) => one === named?.trim());
    if (!group?.trim() || !role)
      throw new SettingsError(`OIDC_ROLES is wrong: write group=role,group=role with ${ROLES.join(', ')}.`);
    return { group: group.trim(), role };
  });
  if (roles.length === 0) throw new SettingsError('OIDC_ROLES is wrong: it names no group.');
  return roles;
}

/** One address, alone or behind a name: `Token Desk <desk@example.com>`. */
const SENDER = /^(?:[^<>@\r\n]{0,100}<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/;

function smtpSettings(get: (name: string) => string | undefined): SmtpSettings | null {
  const [address, from] = [get('SMTP_URL'), get('SMTP_FROM')];
  if (address === undefined && from === undefined) return null;
  if (address === undefined || from === undefined)
    throw new SettingsError(
      `${address === undefined ? 'SMTP_URL' : 'SMTP_FROM'} is missing: mail needs both.`,
    );
  if (!SENDER.test(from)) throw new SettingsError('SMTP_FROM is wrong: it must be one e-mail address.');
  const wrong = new SettingsError(
    'SMTP_URL is wrong: write smtp://host:25 or smtps://user:password@host:465, and nothing behind it.',
  );
  if (!URL.canParse(address)) throw wrong;
  const { protocol, hostname, port: given, username, password, pathname, search, hash } = new URL(address);
  const secure = protocol === 'smtps:';
  if (!(secure || protocol === 'smtp:') || !hostname || search || hash || !['', '/'].includes(pathname))
    throw wrong;
  try {
    const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: given === '' ? (secure ? 465 : 25) : Number(given),
      secure,
      auth: user === '' ? null : { user, pass },
      from,
    };
  } catch {
    // A % that encodes nothing.
    throw wrong;
  }
}

const KEY_BYTES = 32;

function secretsKey(text: string | undefined): Buffer | null {
  if (text === undefined) return null;
  const key = /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : null;
  if (key?.length !== KEY_BYTES)
    throw new SettingsError(
      'SECRETS_KEY is wrong: it must be 32 bytes in base64 (openssl rand -base64 32 makes one).',
    );
  return key;
}

function accountSwitchKeys(pairs: readonly string[]): { name: string; key: string }[] {
  const keys = pairs.map(accountSwitchKey);
  if (new Set(keys.map(({ name }) => name)).size !== keys.length)
    throw new SettingsError('ACCOUNT_SWITCH_KEYS is wrong: it names an account twice.');
  return keys;
}

function accountSwitchKey(pair: string): { name: string; key: string } {
  const [, name, key] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
  if (!name || !key) throw new SettingsError('ACCOUNT_SWITCH_KEYS is wrong: write name=key,name=key.');
  return { name: name.trim(), key: key.trim() };
}
