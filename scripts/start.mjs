// `npm start`: the production server, after `npm run build`.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { checkNode, loadDotEnv, ROOT, say } from './steps.mjs';

checkNode();
loadDotEnv();
if (!existsSync(join(ROOT, '.next', 'BUILD_ID'))) {
  say('There is no build yet. Run `npm ci` and `npm run build` first.');
  process.exit(1);
}
Object.assign(process.env, { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' });
process.umask(0o077);
const port = setting('PORT', '3000');
const publicUrl = setting('PUBLIC_URL', `http://localhost:${port}`);
const { serve } = await import('./server.mjs');
try {
  await serve({
    port: Number(port),
    host: setting('HOST', '127.0.0.1'),
    // The app itself says what is wrong with a setting; here it must only not fall over.
    publicUrl: URL.canParse(publicUrl) ? publicUrl : `http://localhost:${port}`,
    trustedProxies: Number(setting('TRUSTED_PROXIES', '0')) || 0,
  });
  // Not sooner: with other flags Node's own code cache is of no use (docs/decisions/020-start-and-idle-memory.md).
  setFlagsFromString('--liftoff-only');
  say(`Token Desk listens on ${setting('HOST', '127.0.0.1')}:${port}.`);
} catch (error) {
  say(`Token Desk cannot start. ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

/** A setting as lib/platform/env.ts reads it. */
function setting(name, fallback) {
  const path = process.env[`${name}_FILE`];
  if (!path || process.env[name]) return process.env[name] || fallback;
  return existsSync(path) ? readFileSync(path, 'utf8').trim() || fallback : fallback;
}
