// `npm run manage -- …`: what an operator does at the server's own shell. Works beside the running server.
import { writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { parseRole, ROLES } from '@/lib/domain/access';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { SettingsError, settings } from '@/lib/platform/env';
import { withAudit } from '@/lib/services/audit';
import { createKey, listKeys, revokeKey } from '@/lib/services/keys';
import { addPerson, listPeople, resetPassword } from '@/lib/services/people';
import { operatorActor } from '@/lib/services/session';
import { verifyAudit } from '@/lib/store/audit';
import { backUp, type Examined, restore } from '@/lib/store/backup';
import { StoreError } from '@/lib/store/data-folder';
import { database } from '@/lib/store/database';
import { loadDotEnv } from './steps.mjs';

const USAGE = `Usage: npm run manage -- COMMAND
  people list
  people add EMAIL --role ROLE        the password is read from standard input
  people reset-password EMAIL         the new password is read from standard input
  key create NAME --role ROLE         prints the key once
  key list
  key revoke NAME
  audit verify [--head HASH]          HASH of an earlier run finds a cut tail too
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
    options: { role: { type: 'string' }, head: { type: 'string' } },
  });
  const [noun, verb, name] = positionals;
  const actor = operatorActor();
  const role = () => parseRole(values.role ?? '') ?? stop(`--role is one of ${ROLES.join(', ')}.`, 2);
  const named = () => name ?? stop(USAGE, 2);
  switch (`${noun} ${verb}`) {
    case 'people list':
      for (const person of value(await listPeople(actor))) {
        out(`${person.email}\t${person.role}${person.disabled ? '\tdisabled' : ''}`);
      }
      return;
    case 'people add':
      value(await addPerson(actor, named(), await readPassword(), role()));
      return out(`Added ${named()}.`);
    case 'people reset-password':
      value(await resetPassword(actor, named(), await readPassword()));
      return out(`The password of ${named()} was set, and all its sessions were ended.`);
    case 'key create':
      return out(value(await createKey(actor, named(), role())).key);
    case 'key list':
      for (const key of value(await listKeys(actor))) {
        const used =
          key.lastUsedAt === null ? 'never used' : `last used ${new Date(key.lastUsedAt).toISOString()}`;
        out(`${key.name}\t${key.role}\t${used}${key.revoked ? '\trevoked' : ''}`);
      }
      return;
    case 'key revoke':
      value(await revokeKey(actor, named()));
      return out(`Revoked ${named()}.`);
    case 'audit verify': {
      const verdict = await verifyAudit(values.head ?? null);
      if (verdict.ok) return out(`The audit is whole: ${verdict.rows} entries, head ${verdict.head}`);
      return stop(`The audit was changed at entry ${verdict.seq}: ${verdict.why}.`, 1);
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
