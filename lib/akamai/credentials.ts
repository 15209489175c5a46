// Credentials out of an .edgerc or the environment. Their secret parts go to the signer and nowhere else.
import { open, stat } from 'node:fs/promises';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { isOnReadOnlyMount } from './mounts';

export type Credential = {
  section: string;
  host: string;
  clientToken: string;
  clientSecret: string;
  accessToken: string;
  /** The section's own account switch key (`account_key`, as Akamai's Go tools read it), if it has one. */
  accountKey: string | null;
};

export type CredentialOptions = {
  /** Path of the .edgerc. */
  edgerc: string;
  /** The sections to offer, in this order; null for all, in the file's order. */
  sections: readonly string[] | null;
  environment: { host: string; clientToken: string; clientSecret: string; accessToken: string } | null;
  /** With an origin of its own (a gateway, the simulator) any host name is allowed: it is signed, never dialled. */
  originSet: boolean;
};

/** API hosts of Akamai; anything else in `host` would send signed requests elsewhere. */
const HOST = /^[a-z0-9-]+\.luna(-dev)?\.akamaiapis\.net$/;
const ANY_HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/;
const EDGERC_BYTES_MAX = 256 * 1024;
const KEYS = ['host', 'client_token', 'client_secret', 'access_token'] as const;

/** A section that is offered; the Problem of one that is incomplete or wrong, which keeps no other one from working. */
export type Section = { section: string; credential: Result<Credential> };

/**
 * The sections to offer. All four AKAMAI_* values win over the file as section `default`, as in Akamai's own
 * libraries. Problem `no-credentials` (503) for a missing, unreadable or world-readable file (but on a read-only mount),
 * and when no section can be used; it names section and key, never a value and never the path.
 */
export async function readSections(options: CredentialOptions): Promise<Result<readonly Section[]>> {
  const found: Section[] = [];
  const take = (section: string, read: Result<Credential>) => {
    const isElsewhere = read.ok && !(options.originSet ? ANY_HOST : HOST).test(read.value.host);
    const credential = isElsewhere
      ? noCredentials(`The host of section [${section}] is no API host of Akamai.`)
      : read;
    found.push({ section, credential });
  };
  const { environment } = options;
  if (environment) take('default', ok({ section: 'default', ...environment, accountKey: null }));
  const text = await readEdgerc(options.edgerc);
  if (!text.ok && found.length === 0) return text;
  const sections = text.ok ? parseEdgerc(text.value) : new Map<string, Map<string, string>>();
  for (const section of text.ok ? (options.sections ?? sections.keys()) : []) {
    if (found.some((one) => one.section === section)) continue;
    const values = sections.get(section);
    take(
      section,
      values ? toCredential(section, values) : noCredentials(`The .edgerc has no section [${section}].`),
    );
  }
  if (found.some(({ credential }) => credential.ok)) return ok(found);
  const [first] = found;
  return first && !first.credential.ok ? first.credential : noCredentials('The .edgerc has no section.');
}

async function readEdgerc(path: string): Promise<Result<string>> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode, size } = await file.stat();
      // A file that others can read has leaked its secret. The secrets of containers are mounted so, and cannot be changed.
      if (isOpen(mode) && !(await isOnReadOnlyMount(path)))
        return noCredentials('The .edgerc can be read by other users of this machine.', '600');
      if (size > EDGERC_BYTES_MAX) return noCredentials('The .edgerc is far too large.');
      return ok(await file.readFile('utf8'));
    } finally {
      await file.close();
    }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return noCredentials(
      missing ? 'This server has no .edgerc.' : 'The .edgerc of this server cannot be read.',
    );
  }
}

function isOpen(mode: number): boolean {
  return (mode & 0o077) !== 0;
}

/** Whether others on this machine can read the file; false when there is none. */
export async function isOpenToOthers(edgerc: string): Promise<boolean> {
  const { mode } = await stat(edgerc).catch(() => ({ mode: 0 }));
  return isOpen(mode);
}

/** Sections with their values. Comments start with `;` or `#`; an inline `;` comment is cut and the value trimmed. */
function parseEdgerc(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | null = null;
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    const section = /^\[(.+)\]$/.exec(line)?.[1]?.trim();
    if (section) {
      current = sections.get(section) ?? new Map();
      sections.set(section, current);
      continue;
    }
    const at = line.indexOf('=');
    if (at < 1 || !current) continue;
    const value = line.slice(at + 1).split(/\s;|^;/)[0] ?? '';
    current.set(line.slice(0, at).trim().toLowerCase(), value.trim());
  }
  return sections;
}

function toCredential(section: string, values: ReadonlyMap<string, string>): Result<Credential> {
  const missing = KEYS.find((key) => !values.get(key));
  if (missing) return noCredentials(`Section [${section}] of the .edgerc has no ${missing}.`);
  const get = (key: string) => values.get(key) ?? '';
  return ok({
    section,
    host: get('host')
      .replace(/^https:\/\//, '')
      .replace(/\/$/, ''),
    clientToken: get('client_token'),
    clientSecret: get('client_secret'),
    accessToken: get('access_token'),
    accountKey: values.get('account_key') || null,
  });
}

function noCredentials(title: string, mode?: string): { ok: false; problem: Problem } {
  const advice = mode
    ? `Nothing can be read from Akamai. On the server, run chmod ${mode} on it.`
    : 'Nothing can be read from Akamai until the credentials are mended on the server (EDGERC or AKAMAI_* settings).';
  return fail('no-credentials', 503, title, advice);
}
