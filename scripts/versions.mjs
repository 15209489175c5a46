// The floor under our dependencies: the first versions without the holes that are known. Works without a network, where
// `npm audit` cannot be asked. `npm run check`, `npm test` and every build refuse what is below.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(fileURLToPath(import.meta.url), '..', '..');

/** By package: the lowest version that is accepted anywhere in the tree, and why. It only ever rises. */
export const MINIMUM_VERSIONS = {
  next: [
    '16.4.6',
    'the 13 advisories of 2026-05 (16.2.6), CVE-2026-64641 to -64646 (16.2.12), Origin: null (CVE-2026-27978); the version this is tested with',
  ],
  react: ['19.2.6', 'the server functions of React: CVE-2025-55182 and what followed, CVE-2026-23870'],
  'react-dom': ['19.2.6', 'as react'],
  tar: ['7.5.19', 'CVE-2026-23745, -23950, -24842, -26960, -29786, -31802, GHSA-23hp-3jrh-7fpw'],
  axios: ['1.18.0', 'below akamai-edgegrid: prototype pollution up to CVE-2026-68943, CVE-2025-62718'],
  'better-auth': ['1.4.17', 'CVE-2025-61928, CVE-2026-45364'],
  undici: ['7.24.4', 'CVE-2026-22036, CVE-2026-2581 and the others of the security release of 2026-03'],
};
export const MINIMUM_NODE = ['20.19.0', 'require() of ES modules, and the last line of Node 20 with mends'];

/** Below zero when `a` is the older version, above when it is the newer. A pre-release is older than its release. */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => {
    const [numbers, preRelease] = version.split('+')[0].split(/-(.*)/s);
    return [...numbers.split('.').map(Number), preRelease === undefined ? 1 : 0];
  });
  const index = left.findIndex((number, place) => number !== right[place]);
  return index < 0 ? 0 : left[index] - right[index];
}

/**
 * What is too old, one sentence each. `locked`: the packages of a package-lock.json, by path. `installed` tells the
 * version in a folder of the tree, or null when nothing is there. A package of the table that is not locked at all is
 * no complaint: then nothing runs it.
 */
export function tooOld(locked, installed, node) {
  const complaints = [];
  const complain = (what, version, [minimum, why]) => {
    if (!/^\d+\.\d+\.\d+/.test(version) || compareVersions(version, minimum) < 0)
      complaints.push(`${what} ${version} is older than ${minimum}: ${why}.`);
  };
  complain('Node', node, MINIMUM_NODE);
  for (const [path, entry] of Object.entries(locked)) {
    // A package may be installed under another name; then the lockfile has its own.
    const name = entry.name ?? path.split('node_modules/').at(-1);
    if (path === '' || !Object.hasOwn(MINIMUM_VERSIONS, name)) continue;
    complain(`${path} (locked)`, entry.version ?? '', MINIMUM_VERSIONS[name]);
    const version = installed(path);
    if (version !== null) complain(`${path} (installed)`, version, MINIMUM_VERSIONS[name]);
  }
  return complaints;
}

/** What is too old here; empty when all is well. */
export function tooOldHere() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const installed = (path) => {
    const file = join(ROOT, path, 'package.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null;
  };
  return tooOld(packages, installed, process.versions.node);
}

/** Throws when something is too old: a build must not be made of it. */
export function refuseOldVersions() {
  const complaints = tooOldHere();
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const complaints = tooOldHere();
  for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
  process.exit(complaints.length > 0 ? 1 : 0);
}
