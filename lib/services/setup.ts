// The first admin: whoever has the secret that was printed on the server's console, once.
import 'server-only';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { settings } from '@/lib/platform/env';
import { countFullAdmins } from '@/lib/store/people';
import { consumeSetupSecret, isSetupSecretOpen, replaceSetupSecret } from '@/lib/store/setup-secret';
import { recordSingle, withAudit } from './audit';
import { auth } from './auth';
import { authorize } from './authorize';
import { addressIsFree, createAccount, readAccount } from './people';
import { hashSecret } from './secrets';
import { type Actor, operatorActor } from './session';

/** The link for the first set-up when there is no active admin, else null. Each call makes the earlier links useless. */
export async function openSetup(actor: Actor): Promise<Result<string | null>> {
  const allowed = await authorize(actor, 'people.change');
  if (!allowed.ok) return allowed;
  if (countFullAdmins() > 0) return ok(null);
  const secret = randomBytes(32).toString('base64url');
  replaceSetupSecret(hashSecret(secret));
  return ok(`${settings().publicUrl}/setup?secret=${secret}`);
}

/** Whether the set-up page exists for this secret: no active admin, and the secret is open. */
export async function isSetupOpen(actor: Actor, secret: string): Promise<boolean> {
  const allowed = await authorize(actor, 'setup.claim');
  return allowed.ok && countFullAdmins() === 0 && (await isSetupSecretOpen(hashSecret(secret)));
}

/**
 * Makes the first admin and signs them in, even where passwords are off: the link was enough. One update decides who
 * wins; only the winner's account is made. Problems: `not-found` (404) when set-up is over or the secret is not the open
 * one, `invalid-fields`.
 */
export async function claimSetup(
  actor: Actor,
  secret: string,
  email: string,
  password: string,
  headers: Headers,
): Promise<Result<null>> {
  if (!(await isSetupOpen(actor, secret))) return closed();
  const account = readAccount(email, password);
  if (!account.ok) return account;
  const target = account.value.email;
  const created = await withAudit(actor, { action: 'setup.claim', target, account: null }, async () => {
    const free = await addressIsFree(target);
    if (!free.ok) return free;
    if (!(await consumeSetupSecret(hashSecret(secret)))) return closed();
    return createAccount(target, account.value.password, 'admin');
  });
  if (!created.ok) return created;
  await (await auth()).api.openSession({ body: { userId: created.value.id }, headers });
  recordSingle(actor, { action: 'session.create', target, account: null, detail: { by: 'setup' } }, 'ok');
  return ok(null);
}

/** Makes the first admin from SETUP_EMAIL and SETUP_PASSWORD_FILE, when both are set and there is none. */
export async function setupFromSettings(): Promise<Result<null>> {
  const { setupEmail, setupPasswordFile } = settings();
  if (!setupEmail || !setupPasswordFile || countFullAdmins() > 0) return ok(null);
  const account = readAccount(setupEmail, readFileSync(setupPasswordFile, 'utf8').trimEnd());
  if (!account.ok) return account;
  return withAudit(
    operatorActor(),
    { action: 'setup.claim', target: account.value.email, account: null },
    async () => {
      const created = await createAccount(account.value.email, account.value.password, 'admin');
      return created.ok ? ok(null) : created;
    },
  );
}

function closed() {
  return fail(
    'not-found',
    404,
    'This set-up link is not valid any more.',
    'Nothing was changed. Start the server again for another one.',
  );
}
