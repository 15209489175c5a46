// `npm start`: the production server, after `npm run build`.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNode, loadDotEnv, nextBin, ROOT, say } from './steps.mjs';

checkNode();
loadDotEnv();
if (!existsSync(join(ROOT, '.next', 'BUILD_ID'))) {
  say('There is no build yet. Run `npm ci` and `npm run build` first.');
  process.exit(1);
}
const child = spawn(
  process.execPath,
  [nextBin(), 'start', '-p', setting('PORT', '3000'), '-H', setting('HOST', '127.0.0.1')],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 1));

/** A setting as lib/platform/env.ts reads it, which reports what is wrong with it: here is only where to listen. */
function setting(name, fallback) {
  const path = process.env[`${name}_FILE`];
  if (!path || process.env[name]) return process.env[name] || fallback;
  return existsSync(path) ? readFileSync(path, 'utf8').trim() || fallback : fallback;
}
