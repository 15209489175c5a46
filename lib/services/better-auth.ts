// Better Auth as it is: e-mail and password, sessions in our database. No sign-up, no admin plugin: those would be a
// second door without audit. For auth.ts only, which loads it when it is needed.
import 'server-only';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { APIError, type BetterAuthPlugin, betterAuth } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { nextCookies } from 'better-auth/next-js';
import { z } from 'zod';
import { settings } from '@/lib/platform/env';
import { database } from '@/lib/store/database';
import { hashPassword, PASSWORD_MAX, PASSWORD_MIN, verifyPassword } from './passwords';

const SESSION_SECONDS = 12 * 60 * 60;
const SESSION_RENEW_SECONDS = 15 * 60;

/** A Better Auth on the database and the data folder of the settings. */
export function createAuth() {
  const { publicUrl, dataDir } = settings();
  // First of all: it makes the data folder.
  const db = database().query;
  return betterAuth({
    appName: 'EdgeKV Token Desk',
    baseURL: publicUrl,
    basePath: '/api/auth',
    trustedOrigins: [publicUrl],
    secret: cookieSecret(dataDir),
    database: { db, type: 'sqlite' },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    user: {
      additionalFields: {
        role: { type: 'string', input: false, required: true },
        disabled: { type: 'number', input: false, required: true, defaultValue: 0 },
        scopeNamespaces: { type: 'string', input: false, required: false },
        scopeNetworks: { type: 'string', input: false, required: false },
        scopeAccounts: { type: 'string', input: false, required: false },
      },
    },
    session: { expiresIn: SESSION_SECONDS, updateAge: SESSION_RENEW_SECONDS },
    // Sign-ins are throttled by account in people.ts; addresses behind a proxy tell nothing here.
    rateLimit: { enabled: false },
    advanced: {
      useSecureCookies: publicUrl.startsWith('https:'),
      // Of the server's front, which no sender can forge. Shown beside the session.
      ipAddress: { ipAddressHeaders: ['x-client-address'] },
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [sessions(), nextCookies()],
  });
}

/** A session for somebody whom we know already. Without a path: no request from outside can come here. */
function sessions() {
  return {
    id: 'sessions',
    endpoints: {
      openSession: createAuthEndpoint(
        { method: 'POST', body: z.object({ userId: z.string(), signedInAt: z.date().optional() }) },
        async (context) => {
          const { internalAdapter } = context.context;
          const { userId, signedInAt } = context.body;
          const user = await internalAdapter.findUserById(userId);
          if (!user) throw new APIError('NOT_FOUND');
          const more = signedInAt ? { createdAt: signedInAt } : {};
          const session = await internalAdapter.createSession(user.id, false, more, true);
          await setSessionCookie(context, { session, user });
          return null;
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}

/** The key that signs session cookies: made at the first start, kept beside the database. */
function cookieSecret(dataDir: string): string {
  const path = join(dataDir, 'cookie-secret');
  if (!existsSync(path)) {
    // `wx`: of two processes that start at once, one writes and the other reads.
    try {
      writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if (!existsSync(path)) throw error;
    }
  }
  return readFileSync(path, 'utf8');
}
