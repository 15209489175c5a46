// What we build of: no version below the floor, nothing from elsewhere than the registry, no script at install, a reason
// for each dependency, and licences that we may pass on.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { ROOT } from './steps.mjs';
import { compareVersions, MINIMUM_NODE, MINIMUM_VERSIONS, tooOld, tooOldHere } from './versions.mjs';

const lockSchema = z.object({
  lockfileVersion: z.number(),
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      link: z.boolean().optional(),
      inBundle: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
    }),
  ),
});
const manifestSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  /** Some manifests forget it. */
  license: z.string().default('none'),
});
const lock = lockSchema.parse(read('package-lock.json'));
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const own = z
  .looseObject({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.unknown()),
    engines: z.object({ node: z.string() }),
  })
  .parse(read('package.json'));

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

test('[17] nothing that is locked or installed here is below the floor', () => {
  assert.deepEqual(tooOldHere(), []);
  // Each package of the table is in the tree: a name that is misspelt would watch nothing.
  for (const name of Object.keys(MINIMUM_VERSIONS))
    assert.ok(lock.packages[`node_modules/${name}`], `${name} is not in the tree`);
  assert.equal(own.engines.node, `>=${MINIMUM_NODE[0].replace(/\.0$/, '')}`);
});

test('[17] an old version is found wherever it stands, locked or installed', () => {
  const floor = MINIMUM_VERSIONS.tar?.[0] ?? '';
  const found = (path: string, version: string, installed: string | null = null, name?: string) =>
    tooOld({ '': {}, [path]: { version, ...(name ? { name } : {}) } }, () => installed, '24.0.0').length;
  assert.equal(found('node_modules/tar', floor), 0);
  assert.equal(found('node_modules/tar', floor, floor), 0);
  for (const old of ['7.5.18', '7.4.99', '6.99.99', '0.0.1', `${floor}-rc.1`, 'latest', '']) {
    assert.equal(found('node_modules/tar', old), 1, old);
    assert.equal(found('node_modules/a/node_modules/tar', old), 1, old);
    assert.equal(found('node_modules/tar', floor, old), 1, old);
    assert.equal(found('node_modules/archive', old, null, 'tar'), 1, old);
  }
  for (const good of ['7.5.19', '7.5.23', '7.10.0', '8.0.0', '10.0.0', `${floor}+build`])
    assert.equal(found('node_modules/tar', good), 0, good);
  assert.equal(found('node_modules/tar-stream', '0.0.1'), 0);
  assert.equal(tooOld({}, () => null, '20.18.9').length, 1);
  assert.equal(tooOld({}, () => null, '20.19.0').length, 0);
});

test('[17] versions are compared by number, and a pre-release is older than its release', () => {
  const sorted = ['1.0.0-rc.1', '1.0.0', '1.0.2', '1.0.10', '1.2.0', '1.10.0', '2.0.0', '10.0.0'];
  assert.deepEqual(sorted.toReversed().sort(compareVersions), sorted);
});

test('[17] a build of an old version is refused', () => {
  const program = `import config from './next.config.js'; config('phase-production-build')`;
  const build = (fake: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', `${fake}; ${program}`], {
      cwd: ROOT,
      encoding: 'utf8',
    });
  assert.equal(build('').status, 0);
  const old = build("Object.defineProperty(process.versions, 'node', { value: '18.0.0' })");
  assert.notEqual(old.status, 0);
  assert.match(old.stderr, /Node 18\.0\.0 is older than/);
});

test('[117] the lockfile has everything by its checksum, from the registry, wherever that is', () => {
  assert.equal(lock.lockfileVersion, 3);
  assert.ok(packages.length > 100);
  for (const [path, entry] of packages) {
    // No address: then it comes from the registry that npm is set to, a mirror too.
    assert.equal(entry.resolved, undefined, path);
    assert.equal(entry.link, undefined, path);
    assert.match(entry.version ?? '', /^\d+\.\d+\.\d+/, path);
    // What is bundled comes inside its parent's archive, under that one's checksum.
    if (!entry.inBundle) assert.match(entry.integrity ?? '', /^sha512-[\w+/]+=*$/, path);
  }
});

test('[117] our own dependencies are exact versions', () => {
  for (const [name, version] of Object.entries({ ...own.dependencies, ...own.devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.equal(lock.packages[`node_modules/${name}`]?.version, version, name);
  }
});

test('[118] no script runs at install but those that are known, and none of them is needed', () => {
  const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  // esbuild's only checks its own binary, which is a package of its own.
  assert.deepEqual(scripted, ['node_modules/esbuild']);
  assert.deepEqual(own.allowScripts, {});
});

test('[118] each production dependency has its reason in docs/dependencies.md, and nothing else is there', () => {
  const text = readFileSync(join(ROOT, 'docs', 'dependencies.md'), 'utf8');
  const reasons = [...text.matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)];
  const names = reasons.map(([, name = '']) => name);
  assert.deepEqual(names.sort(), Object.keys(own.dependencies).sort());
  for (const [, name, reason = ''] of reasons) assert.ok(reason.length >= 20, `${name}: ${reason}`);
  assert.ok(names.length <= 60);
});

/** What we may use and pass on under Apache-2.0, each with all that it asks for in its own folder. */
const LICENCES = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'MIT OR Apache-2.0',
]);
/** Licences beyond that, by package, each with why it is no matter. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'caniuse-lite': 'CC-BY-4.0: data that Next reads when it builds',
  lightningcss: 'MPL-2.0: builds the styles; unchanged, and not in the build',
  'axe-core': 'MPL-2.0: for tests only',
  'ical.js': 'MPL-2.0: for tests only',
  '@axe-core/playwright': 'MPL-2.0: for tests only',
  only: 'none: its manifest forgets it; for tests only',
  '@img/sharp-libvips': 'LGPL-3.0-or-later: optional, linked at run time, and images are not optimised here',
};

test('[119] every licence is on the list, or an exception with its reason', () => {
  let seen = 0;
  const used = new Set<string>();
  for (const [path, { optional }] of packages) {
    const file = join(path, 'package.json');
    if (!existsSync(join(ROOT, file))) {
      // Of another system than this one.
      assert.ok(optional, `${path} is not installed`);
      continue;
    }
    const { name, license } = manifestSchema.parse(read(file));
    seen += 1;
    if (LICENCES.has(license)) continue;
    // Binaries carry the name of their system.
    const known = Object.keys(EXCEPTIONS).find((one) => name === one || name.startsWith(`${one}-`));
    assert.ok(known && EXCEPTIONS[known]?.startsWith(`${license}:`), `${name} has the licence ${license}`);
    used.add(known);
  }
  assert.ok(seen > 100);
  for (const name of ['caniuse-lite', 'axe-core'])
    assert.ok(used.has(name), `${name} needs no exception any more`);
});
