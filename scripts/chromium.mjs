// Finds a Chromium for the browser tests, or installs one.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { platform } from 'node:os';
import { join } from 'node:path';
import { ROOT, run, say } from './steps.mjs';

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of a Chromium, or null when none can be had. Playwright's own is preferred: it was made for it. */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  say("Installing Playwright's Chromium …");
  run('npx', ['--no-install', 'playwright', 'install', 'chromium']);
  const own = playwrightsOwn();
  if (own) return own;
  const isRoot = process.getuid?.() === 0;
  if (platform() === 'linux' && isRoot && existsSync('/usr/bin/apt-get')) {
    say('That did not work. Installing the Debian package chromium …');
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      DEBIAN_FRONTEND: 'noninteractive',
    });
  }
  return findChromium();
}

export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  return playwrightsOwn() ?? [named, ...SYSTEM].find((path) => path && works(path)) ?? null;
}

function playwrightsOwn() {
  const require = createRequire(join(ROOT, 'package.json'));
  const path = require('playwright').chromium.executablePath();
  return path && existsSync(path) && works(path) ? path : null;
}

/** Some systems have a stand-in that only tells how to install the real one. */
function works(path) {
  try {
    return (
      existsSync(path) &&
      execFileSync(path, ['--version'], { timeout: 20_000, stdio: ['ignore', 'pipe', 'ignore'] }).length > 0
    );
  } catch {
    return false;
  }
}
