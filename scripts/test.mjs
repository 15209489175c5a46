// `npm test`: installs what is missing and runs everything. The last line counts; the exit code agrees.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensureDependencies, nextBin, ROOT, say } from './steps.mjs';

ensureDependencies();
const chromium = ensureChromium();
const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs a command with its output kept; `show` gets it as it comes. */
function runKept(command, args, env = {}, show = (chunk) => process.stdout.write(chunk)) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
      show(chunk);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('close', (status) => resolve({ ok: status === 0, output }));
  });
}

/** A step that has no cases of its own: only its failure counts. Its output comes in one piece: others run beside it. */
async function step(name, command, args) {
  const started = Date.now();
  const { ok, output } = await runKept(command, args, {}, () => {});
  if (!ok) total.failed += 1;
  const seconds = Math.round((Date.now() - started) / 1000);
  say(`\n== ${name}\n${output}== ${name}: ${ok ? 'good' : 'FAILED'} (${seconds} s)`);
  return ok;
}

function countOf(output, word) {
  return Number(new RegExp(`^\\S* ?${word} (\\d+)$`, 'm').exec(output)?.[1] ?? Number.NaN);
}

async function unitTests() {
  say('\n== unit tests');
  const { ok, output } = await runKept(process.execPath, ['scripts/unit.mjs']);
  const [pass, fail, cancelled, skipped] = ['pass', 'fail', 'cancelled', 'skipped'].map((word) =>
    countOf(output, word),
  );
  const isCounted = Number.isInteger(pass) && Number.isInteger(fail);
  total.passed += isCounted ? pass : 0;
  total.skipped += isCounted ? skipped : 0;
  total.failed += isCounted ? fail + cancelled : 1;
  if (isCounted && !ok && fail + cancelled === 0) total.failed += 1;
}

async function browserTests() {
  say('\n== browser tests');
  if (!chromium) {
    say('There is no Chromium, and none could be installed. Set CHROMIUM_PATH.');
    total.failed += 1;
    return;
  }
  const report = join(ROOT, 'test-results', 'report.json');
  // Logs and traces of an earlier run would be taken for this one's.
  rmSync(join(ROOT, 'test-results'), { recursive: true, force: true });
  const env = { CHROMIUM_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const { ok } = await runKept('npx', ['--no-install', 'playwright', 'test', '--reporter=list,json'], env);
  try {
    const { stats } = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += stats.expected + stats.flaky;
    total.failed += stats.unexpected;
    total.skipped += stats.skipped;
    if (!ok && stats.unexpected === 0) total.failed += 1;
  } catch {
    say('The browser tests left no report.');
    total.failed += 1;
  }
}

/** What needs no build, and the build; false when there is none. */
async function staticSteps() {
  await step('versions', process.execPath, ['scripts/versions.mjs']);
  await step('lint', 'npx', ['--no-install', 'biome', 'check', '--error-on-warnings', '.']);
  await step('unused code', 'npx', ['--no-install', 'knip', '--no-config-hints']);
  await step('types', 'npm', ['run', '--silent', 'types']);
  return step('build', process.execPath, [nextBin(), 'build']);
}

// Side by side: unit tests often wait, and the build does so for nothing of theirs.
const [isBuilt] = await Promise.all([staticSteps(), unitTests()]);
if (isBuilt) await browserTests();

say(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
