// Secrets that must be read again, and so cannot be stored as hashes: encrypted with a key that is not in the database.
// Each is bound to its row, so that one that is copied to another row does not open.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Libsql from 'libsql';
import { z } from 'zod';
import { settings } from '@/lib/platform/env';
import { flush, StoreError } from './data-folder';
import { type Database, database } from './database';

const KEY_FILE = 'secrets-key';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Encrypts `text` for the row `id`. Makes the key when there is none yet. Throws StoreError. */
export function seal(text: string, id: string, store: Database = database()): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, readKey() ?? makeKey(store), iv).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url');
}

/** What `seal` was given. Throws StoreError: another key, another row, or it was changed. */
export function unseal(sealed: string, id: string): string {
  const key = readKey();
  const bytes = Buffer.from(sealed, 'base64url');
  if (!key || bytes.length < IV_BYTES + TAG_BYTES) throw wrongKey();
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(id))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // OpenSSL says no more than that it does not fit.
    throw wrongKey();
  }
}

/** Throws StoreError when something sealed does not open. Call it at the start of the server: it changes nothing. */
export function checkSealed({ raw }: Database = database()): void {
  for (const { id, sealed } of sealedRows(raw)) unseal(sealed, id);
}

/** Removes everything sealed that does not open, as its key is lost, and switches off what needed it. Names of channels. */
export function forgetSealed({ raw }: Database = database()): string[] {
  const names = z.array(z.object({ name: z.string() }));
  const forget = raw.transaction(() => {
    const forgetOne = raw.prepare(
      'update notice_channel set sealed = null, is_on = 0 where id = ? returning name',
    );
    return sealedRows(raw)
      .filter(({ id, sealed }) => !opens(sealed, id))
      .flatMap(({ id }) => names.parse(forgetOne.all(id)));
  });
  return forget.immediate().map(({ name }) => name);
}

function opens(sealed: string, id: string): boolean {
  try {
    unseal(sealed, id);
    return true;
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
}

const rowsSchema = z.array(z.object({ id: z.string(), sealed: z.string() }));

function sealedRows(raw: Libsql.Database) {
  return rowsSchema.parse(
    raw.prepare('select id, sealed from notice_channel where sealed is not null').all(),
  );
}

/** The key of the settings, or the one in the data folder; null when there is none. */
function readKey(): Buffer | null {
  const { secretsKey, dataDir } = settings();
  if (secretsKey) return secretsKey;
  const path = join(dataDir, KEY_FILE);
  if (!existsSync(path)) return null;
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length !== KEY_BYTES) throw wrongKey();
  return key;
}

function makeKey({ raw }: Database): Buffer {
  // With another key than the others this one could be read, and they could not.
  if (sealedRows(raw).length > 0) throw wrongKey();
  const path = join(settings().dataDir, KEY_FILE);
  const part = `${path}.part`;
  const key = randomBytes(KEY_BYTES);
  writeFileSync(part, `${key.toString('base64')}\n`, { mode: 0o600 });
  chmodSync(part, 0o600);
  flush(part);
  renameSync(part, path);
  flush(settings().dataDir);
  return key;
}

function wrongKey(): StoreError {
  return new StoreError(
    `The secrets in the database were encrypted with another key than SECRETS_KEY or the file ${KEY_FILE} in DATA_DIR, or were changed. Put the key back; if it is lost, "npm run manage -- secrets forget" removes them. Nothing was changed.`,
  );
}
