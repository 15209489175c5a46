// `npm start`: the production server, after `npm run build`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkNode, nextBin, ROOT, say } from './steps.mjs';

checkNode();
if (!existsSync(join(ROOT, '.next', 'BUILD_ID'))) {
  say('There is no build yet. Run `npm ci` and `npm run build` first.');
  process.exit(1);
}
const { PORT = '3000', HOST = '127.0.0.1' } = process.env;
const child = spawn(process.execPath, [nextBin(), 'start', '-p', PORT, '-H', HOST], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 1));
