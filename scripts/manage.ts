// `npm run manage -- …`: what an operator does at the server's own shell. Works beside the running server.
import { writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { parseRole, ROLES } from '@/lib/domain/access';
import { parseAuditQuery } from '@/lib/domain/audit-query';
import { limitWords, parseAskedAccess } from '@/lib/domain/limits';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { SettingsError, settings } from '@/lib/platform/env';
import { withAudit } from '@/lib/services/audit';
import { EXPORT_FORMATS, exportAudit } from '@/lib/services/audit-log';
import { createKey, listKeys, revokeKey } from '@/lib/services/keys';
import { invitePerson, makeResetLink } from '@/lib/services/links';
import { addPerson, listPeople, resetPassword } from '@/lib/services/people';
import { changeAccountRoles, changeRole, deletePerson, setDisabled } from '@/lib/services/people-changes';
import { operatorActor } from '@/lib/services/session';
import { endSessions } from '@/lib/services/you';
import { HEAD_FORM, verifyAudit } from '@/lib/store/audit';
import { backUp, type Examined, restore } from '@/lib/store/backup';
import { StoreError } from '@/lib/store/data-folder';
import { database } from '@/lib/store/database';
import { forgetSealed } from '@/lib/store/sealing';
import { loadDotEnv } from './steps.mjs';

const USAGE = `Usage: npm run manage -- COMMAND
  people list
  people add EMAIL --role ROLE        the password is read from standard input
  people invite EMAIL --role ROLE     prints a link that works once, for an hour
  people role EMAIL --role ROLE       and --namespaces a,b and --staging limit it; ends the sessions
  people role EMAIL --account NAME --role ROLE|none|usual
                                      what they may do at most on one account (none: it is not there for
                                      them; usual: as elsewhere); '*' is every account that is not named
  people disable|enable|delete EMAIL
  people sign-out EMAIL               ends all sessions
  people reset-link EMAIL             prints a link with which another password is set
  people reset-password EMAIL         the new password is read from standard input
  key create NAME --role ROLE         prints the key once; --expires DAYS (1 to 365, 90 when left out),
                                      --namespaces a,b and --staging limit it
  key list
  key revoke NAME
  audit verify [--head SEQ:HASH]      the head of an earlier run finds a cut tail too
  audit export [--format csv|jsonl]   prints every entry; JSON lines when nothing is said
  secrets forget                      removes encrypted secrets whose key is lost; their channels are off then
  backup FILE                         a whole copy of the database; the server may run
  restore FILE                        puts a backup in its place; the server must be stopped
ROLE is one of ${ROLES.join(', ')}. DATA_DIR names the data folder, as for the server.`;

function out(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Ends with status 1 (failed) or 2 (wrong usage) and the reason on standard error. */
function stop(message: string, status: 1 | 2): never {
  writeSync(2, `${message}\n`);
  process.exit(status);
}

function value<T>(result: Result<T>): T {
  return result.ok ? result.value : stop(words(result.problem), 1);
}

function words({ title, detail, fields }: Problem): string {
  return [title, ...Object.values(fields ?? {}).flat(), detail].join(' ').trim();
}

async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) writeSync(2, 'Password (then Enter and Ctrl-D): ');
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      role: { type: 'string' },
      account: { type: 'string' },
      namespaces: { type: 'string', default: '' },
      staging: { type: 'boolean', default: false },
      head: { type: 'string' },
      format: { type: 'string' },
      expires: { type: 'string', default: '90' },
    },
  });
  const [noun, verb, name] = positionals;
  const actor = operatorActor();
  const role = () => parseRole(values.role ?? '') ?? stop(`--role is one of ${ROLES.join(', ')}.`, 2);
  const named = () => name ?? stop(USAGE, 2);
  const limits = { namespaces: values.namespaces, stagingOnly: values.staging };
  const person = async () => {
    const people = value(await listPeople(actor));
    const found = people.find(({ email }) => email === named().toLowerCase());
    return found?.id ?? stop(`There is no account ${named()}.`, 1);
  };
  switch (`${noun} ${verb}`) {
    case 'people list':
      for (const { email, role, disabled, limits } of value(await listPeople(actor))) {
        out([email, role, ...(disabled ? ['disabled'] : []), limitWords(limits)].join('\t').trimEnd());
      }
      return;
    case 'people add':
      value(await addPerson(actor, named(), await readPassword(), role()));
      return out(`Added ${named()}.`);
    case 'people invite':
      return out(value(await invitePerson(actor, named(), role(), limits)).link);
    case 'people role':
      if (values.account !== undefined) {
        const asked = parseAskedAccess(values.role ?? '');
        if (!asked) return stop(`--role is one of ${ROLES.join(', ')}, none or usual.`, 2);
        value(await changeAccountRoles(actor, await person(), new Map([[values.account, asked]])));
        return out(`${named()}: ${asked} on ${values.account}, and all its sessions were ended.`);
      }
      value(await changeRole(actor, await person(), role(), limits));
      return out(`${named()} is ${role()} now, and all its sessions were ended.`);
    case 'people disable':
      value(await setDisabled(actor, await person(), true));
      return out(`Disabled ${named()}, and ended all its sessions.`);
    case 'people enable':
      value(await setDisabled(actor, await person(), false));
      return out(`Enabled ${named()}.`);
    case 'people delete':
      value(await deletePerson(actor, await person()));
      return out(`Deleted ${named()}, its sessions and its keys.`);
    case 'people sign-out':
      value(await endSessions(actor, await person()));
      return out(`All sessions of ${named()} were ended.`);
    case 'people reset-link':
      return out(value(await makeResetLink(actor, await person())).link);
    case 'people reset-password':
      value(await resetPassword(actor, named(), await readPassword()));
      return out(`The password of ${named()} was set, and all its sessions were ended.`);
    case 'key create':
      return out(
        value(await createKey(actor, named(), role(), { days: Number(values.expires), limits })).key,
      );
    case 'key list':
      for (const key of value(await listKeys(actor))) {
        const used =
          key.lastUsedAt === null ? 'never used' : `last used ${new Date(key.lastUsedAt).toISOString()}`;
        const ends =
          key.expiresAt === null ? 'does not end' : `ends ${new Date(key.expiresAt).toISOString()}`;
        const extra = [limitWords(key.limits), key.owner ?? '', key.state === 'active' ? '' : key.state];
        out([key.name, key.role, used, ends, ...extra.filter((one) => one !== '')].join('\t'));
      }
      return;
    case 'key revoke':
      value(await revokeKey(actor, named()));
      return out(`Revoked ${named()}.`);
    case 'secrets forget': {
      const act = { action: 'notice.forget-secrets', target: '', account: null };
      const describe = (names: readonly string[]) => ({ channels: names });
      const names = value(await withAudit(actor, act, async () => ok(forgetSealed()), describe));
      return out(
        names.length === 0
          ? 'There was nothing to forget.'
          : `Forgot the addresses of ${names.join(', ')}: these channels are off until somebody gives them again.`,
      );
    }
    case 'audit verify': {
      const head = values.head ?? null;
      if (head !== null && !HEAD_FORM.test(head)) stop('--head is SEQ:HASH, as audit verify prints it.', 2);
      const verdict = await verifyAudit(head);
      if (!verdict.ok) return stop(`The audit was changed at entry ${verdict.seq}: ${verdict.why}.`, 1);
      out(`The audit is whole: ${verdict.rows} entries, head ${verdict.rows}:${verdict.head}`);
      for (const seq of verdict.clockWentBack) out(`Note: the clock went back before entry ${seq}.`);
      return;
    }
    case 'audit export': {
      const format = EXPORT_FORMATS.find((one) => one === (values.format ?? 'jsonl'));
      if (!format) return stop(`--format is one of ${EXPORT_FORMATS.join(', ')}.`, 2);
      const pieces = value(await exportAudit(actor, parseAuditQuery({}), format));
      await pipeline(pieces, process.stdout, { end: false });
      return;
    }
    default:
      return onFile(noun, verb);
  }
}

async function onFile(noun: string | undefined, file: string = stop(USAGE, 2)): Promise<void> {
  const actor = operatorActor();
  const act = { target: file, account: null };
  switch (noun) {
    case 'backup': {
      const run = () => problemOf(backUp(file, database()));
      const made = value(
        await withAudit(actor, { action: 'database.backup', ...act }, run, (facts) => facts),
      );
      return out(`Backed up to ${file}: ${told(made)}`);
    }
    case 'restore': {
      const restored = await restore(file, settings().dataDir, {
        ...act,
        phase: 'single',
        intent_seq: null,
        actor_kind: actor.kind,
        actor_id: actor.id,
        actor_name: actor.name,
        source: actor.source,
        action: 'database.restore',
        outcome: 'ok',
        detail: '{}',
        upstream_request_id: null,
      });
      out(`Restored ${file}: ${told(restored)}`);
      if (restored.aside) out(`The database that was there is kept as ${restored.aside}`);
      return out(
        'All sessions and open links were ended. People, roles, passwords and keys are as they were at the backup: revoke again what was revoked since.',
      );
    }
    default:
      return stop(USAGE, 2);
  }
}

function told({ version, rows, head }: Examined): string {
  return `version ${version}, ${rows} audit entries, head ${head}`;
}

/** What the store throws for the operator, as a Problem, so that the audit gets its outcome. */
async function problemOf<T>(work: Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work);
  } catch (error) {
    if (error instanceof StoreError) return fail('storage-unavailable', 503, error.message, '');
    throw error;
  }
}

loadDotEnv();
try {
  await main();
  process.exit(0);
} catch (error) {
  if (error instanceof SettingsError || error instanceof StoreError) stop(error.message, 1);
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    stop(`${error.message}\n${USAGE}`, 2);
  throw error;
}
