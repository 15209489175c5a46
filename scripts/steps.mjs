// What the commands share: dependencies, the build, a Chromium, child processes. Node built-ins only: this runs before
// anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const STAMP = join(ROOT, 'node_modules', '.token-desk-lock');

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Ends the command with one sentence when this Node is too old. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`Node ${process.versions.node} is too old: Token Desk needs 20.19 or newer.`);
  process.exit(1);
}

/** Settings out of `.env`, as the server reads them; what is set already wins. */
export function loadDotEnv() {
  const path = join(ROOT, '.env');
  if (existsSync(path)) process.loadEnvFile(path);
}

/** Runs a command to its end with its output shown; true when it succeeded. */
export function run(command, args, env = {}) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
  return result.status === 0;
}

/** Installs the dependencies when the lockfile differs from what is installed. */
export function ensureDependencies() {
  checkNode();
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  say('Installing the dependencies …');
  if (!run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'])) {
    say('The dependencies could not be installed.');
    process.exit(1);
  }
  writeFileSync(STAMP, lock);
}

const SOURCES = [
  'app',
  'components',
  'lib',
  'proxy.ts',
  'instrumentation.ts',
  'next.config.js',
  'package-lock.json',
  'postcss.config.mjs',
  'tsconfig.json',
];

/** Builds the app when there is no build, or a source is newer than it; false when the build fails. */
export function ensureBuild() {
  const built = join(ROOT, '.next', 'BUILD_ID');
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  if (builtAt > Math.max(...SOURCES.map((path) => newest(join(ROOT, path))))) return true;
  say('Building …');
  return run(process.execPath, [nextBin(), 'build'], { NEXT_TELEMETRY_DISABLED: '1' });
}

/**
 * What a build is called: with a `key` for the ids of its actions it is made of that and the sources below `root`, so that
 * the same is called the same. Null without one: Next then draws the key, and the name.
 */
export function buildId(key, root = ROOT) {
  if (!key) return null;
  const hash = createHash('sha256').update(key);
  for (const path of SOURCES.flatMap((source) => filesOf(root, source)))
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 20);
}

function filesOf(root, path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  const names = readdirSync(join(root, path)).sort();
  return names.flatMap((name) => filesOf(root, `${path}/${name}`));
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

export function nextBin() {
  return join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next');
}

/** A free port: `wanted` if it is free, else one that the system gives. */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', () => (wanted === 0 ? reject(new Error('no free port')) : resolve(freePort())));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Starts the simulator; resolves with its addresses when it listens. */
export async function startSimulator(dir, options = []) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'simulator/main.ts', '--port', '0', '--dir', dir, ...options],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const line = await firstLine(
    child,
    /listens on (\S+), its control handle on (\S+)\. Credentials: (.+)\nAccount switch keys: (\S+)\n/,
  );
  return { child, url: line[1], controlUrl: line[2], edgerc: line[3], switchKeys: line[4] };
}

/** Starts the app's server (`mode`: start or dev). Its output goes to `onOutput`. Resolves when it answers. */
export async function startApp(mode, port, env, onOutput) {
  const command =
    mode === 'start'
      ? [join(ROOT, 'scripts', 'start.mjs')]
      : [nextBin(), 'dev', '-p', String(port), '-H', '127.0.0.1'];
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', HOST: '127.0.0.1', PORT: String(port), ...env },
  });
  child.stdout.on('data', (chunk) => onOutput(String(chunk)));
  child.stderr.on('data', (chunk) => onOutput(String(chunk)));
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  for (const deadline = Date.now() + 60_000; Date.now() < deadline && !ended; ) {
    const answers = await fetch(`http://127.0.0.1:${port}/api/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) return child;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  child.kill('SIGKILL');
  throw new Error('the server did not start');
}

function firstLine(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', () => reject(new Error('the simulator ended at once')));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const match = pattern.exec(text);
      if (match) resolve(match);
    });
  });
}

/** Ends the children when this process is asked to end, then runs `after`. */
export function stopTogether(children, after = () => {}) {
  const stop = () => {
    for (const child of children) child.kill('SIGTERM');
    after();
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  for (const child of children) {
    child.once('exit', (code) => {
      for (const other of children) if (other !== child) other.kill('SIGTERM');
      after();
      process.exit(code ?? 1);
    });
  }
}
