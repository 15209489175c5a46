// `npm run check`: lint, unused code, types and unit tests, in seconds. `npm test` is everything.
import { ensureDependencies, run, say } from './steps.mjs';

ensureDependencies();
const steps = [
  ['versions', process.execPath, ['scripts/versions.mjs']],
  ['lint', 'npx', ['--no-install', 'biome', 'check', '--error-on-warnings', '.']],
  ['unused code', 'npx', ['--no-install', 'knip', '--no-config-hints']],
  ['types', 'npm', ['run', '--silent', 'types']],
  ['unit tests', process.execPath, ['scripts/unit.mjs']],
];
const failed = steps.filter(([, command, args]) => !run(command, args)).map(([name]) => name);
say(failed.length === 0 ? 'All good.' : `Failed: ${failed.join(', ')}.`);
process.exit(failed.length === 0 ? 0 : 1);
