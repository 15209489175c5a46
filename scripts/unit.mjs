// `npm run unit [FILES OR FOLDERS]`: unit tests with Node's own runner. In a zone with an odd offset, so that no date passes by luck.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './steps.mjs';

const FOLDERS = ['lib', 'simulator', 'components', 'scripts', 'app'];

function testsIn(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testsIn(path);
    return /\.test\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

// A folder means its tests: left to Node, it would also run whatever is called test.mjs, which is all of them.
const named = process.argv.slice(2);
const files = (named.length > 0 ? named : FOLDERS).flatMap((one) =>
  statSync(join(ROOT, one)).isDirectory() ? testsIn(one) : [one],
);
const result = spawnSync(
  process.execPath,
  [
    '--conditions=react-server',
    '--import',
    'tsx',
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    ...files,
  ],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, TZ: 'Asia/Kathmandu', LOG_LEVEL: 'fatal' } },
);
process.exit(result.status ?? 1);
