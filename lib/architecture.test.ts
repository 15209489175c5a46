// The architecture as a test: which layer may import which. A new file that belongs to no layer fails too.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Layers by the start of a path, the longest match wins, and what each may import besides itself. */
const LAYERS = {
  'lib/domain/': [],
  'lib/platform/': [],
  'lib/akamai/': ['lib/domain/', 'lib/platform/'],
  'lib/store/': ['lib/domain/', 'lib/platform/'],
  'lib/services/': ['lib/domain/', 'lib/akamai/', 'lib/store/', 'lib/platform/'],
  'components/': ['lib/domain/'],
  'app/': ['lib/domain/', 'components/', 'lib/services/'],
  // Only the boot goes through the root; the proxy imports nothing.
  'instrumentation.ts': ['lib/services/'],
  'proxy.ts': [],
  // The simulator must not share our wire code, or it would agree with our mistakes.
  'simulator/': [],
  'e2e/': ['lib/domain/', 'simulator/', 'scripts/'],
  'playwright.config.ts': ['scripts/'],
  'scripts/': ['lib/domain/', 'lib/akamai/', 'lib/store/', 'lib/services/', 'lib/platform/', 'simulator/'],
} as const satisfies Record<string, readonly string[]>;
type Layer = keyof typeof LAYERS;
const PREFIXES = Object.keys(LAYERS) as Layer[];

/** Node code that a component would pull into the browser. */
const SERVER_ONLY_DOMAIN = /^lib\/domain\/archive[-.]/;

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : sourcesIn(path);
    return /\.(ts|tsx|mts|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.mts') ? [path] : [];
  });
}

const SOURCES = [
  // This file quotes imports that would be wrong.
  ...['app', 'components', 'lib', 'simulator', 'e2e', 'scripts']
    .flatMap(sourcesIn)
    .filter((path) => path !== 'lib/architecture.test.ts'),
  ...readdirSync(ROOT).filter((name) => /\.(ts|tsx)$/.test(name) && !name.endsWith('.d.ts')),
];

function layerOf(path: string): Layer | null {
  const matching = PREFIXES.filter((prefix) => path === prefix || path.startsWith(prefix));
  return matching.sort((a, b) => b.length - a.length)[0] ?? null;
}

/** The files of ours that `source`, the text of the file `from`, imports: statically, dynamically or as a type. */
function importsOf(from: string, source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const specifiers = [
    ...code.matchAll(/\b(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g),
    ...code.matchAll(/\bimport\s+['"]([^'"]+)['"]/g),
  ].map(([, specifier]) => specifier ?? '');
  return [...new Set(specifiers)].flatMap((specifier) => {
    if (specifier.startsWith('@/')) return [find(specifier.slice(2))];
    if (specifier.startsWith('.')) return [find(relative(ROOT, resolve(ROOT, dirname(from), specifier)))];
    return [];
  });
}

function find(path: string): string {
  const found = [path, `${path}.ts`, `${path}.tsx`, `${path}.mjs`].find(
    (one) => existsSync(join(ROOT, one)) && statSync(join(ROOT, one)).isFile(),
  );
  return found ?? path;
}

/** Everything wrong with one import. Tests may also use the simulator: they talk to real things. */
function violation(from: string, to: string): string | null {
  const [layer, target] = [layerOf(from), layerOf(to)];
  if (!layer) return `${from} belongs to no layer`;
  if (!target) return to.endsWith('.css') || to.endsWith('.json') ? null : `${to} belongs to no layer`;
  if (layer === target || (LAYERS[layer] as readonly string[]).includes(target)) return null;
  if (/\.test\.tsx?$/.test(from) && target === 'simulator/') return null;
  return `${from} must not import ${to}`;
}

const GRAPH = new Map(SOURCES.map((path) => [path, importsOf(path, readFileSync(join(ROOT, path), 'utf8'))]));

function reaches(from: string, target: RegExp, seen = new Set<string>()): boolean {
  if (target.test(from)) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return (GRAPH.get(from) ?? []).some((next) => reaches(next, target, seen));
}

describe('architecture', () => {
  test('every file imports only what its layer may', () => {
    assert.ok(SOURCES.length > 150, `only ${SOURCES.length} sources were found`);
    const wrong = [...GRAPH].flatMap(([from, targets]) => targets.map((to) => violation(from, to)));
    assert.deepEqual(
      wrong.filter((one) => one !== null),
      [],
    );
  });

  test('a planted violation is found, however it is written', () => {
    const planted: [from: string, source: string][] = [
      ['app/page.tsx', "import { database } from '@/lib/store/database';"],
      ['app/page.tsx', "import type { Credential } from '@/lib/akamai/credentials';"],
      ['components/ui/field.tsx', "import { now } from '../../lib/platform/clock';"],
      ['components/ui/field.tsx', "const x = await import('@/lib/services/tokens');"],
      ['lib/domain/day.ts', "import '@/lib/platform/env';"],
      ['lib/akamai/client.ts', "export { database } from '../store/database';"],
      ['simulator/edgekv.ts', "import { tokenSchema } from '@/lib/akamai/wire';"],
      ['lib/services/tokens.ts', "import { startSimulator } from '@/simulator/server';"],
      ['helpers/misc.ts', "import { now } from '@/lib/platform/clock';"],
    ];
    for (const [from, source] of planted) {
      const [to = ''] = importsOf(from, source);
      assert.notEqual(violation(from, to), null, `${from}: ${source}`);
    }
  });

  test('no component reaches the archive code, not even through another file', () => {
    const components = SOURCES.filter((path) => path.startsWith('components/'));
    assert.deepEqual(
      components.filter((path) => reaches(path, SERVER_ONLY_DOMAIN)),
      [],
    );
    assert.ok(reaches('lib/services/bundles.ts', SERVER_ONLY_DOMAIN));
  });

  test('[14] every service is marked server-only', () => {
    const services = SOURCES.filter((path) => path.startsWith('lib/services/') && !path.includes('.test.'));
    const unmarked = services.filter(
      (path) => !readFileSync(join(ROOT, path), 'utf8').includes("import 'server-only';"),
    );
    assert.deepEqual(unmarked, []);
  });

  test('only platform/env.ts reads the environment, and only platform/clock.ts the clock', () => {
    const product = SOURCES.filter(
      (path) => /^(app|components|lib)\//.test(path) && !path.includes('.test.'),
    );
    const holding = (pattern: RegExp) =>
      product.filter((path) =>
        pattern.test(readFileSync(join(ROOT, path), 'utf8').replace(/^\s*\/\/.*$/gm, '')),
      );
    assert.deepEqual(holding(/process\.env/), ['lib/platform/env.ts']);
    // Durations and waits of the client are no dates: they never reach a rule.
    const clock = holding(/\bDate\.now\(\)|new Date\(\)/).filter((path) => path !== 'lib/akamai/client.ts');
    assert.deepEqual(clock, ['lib/platform/clock.ts']);
  });

  test('no folder and no file says only that it helps', () => {
    const vague = SOURCES.filter((path) =>
      /(^|\/)(utils?|helpers?|types|hooks|misc|common|index)(\/|\.tsx?$)/.test(path),
    );
    assert.deepEqual(vague, []);
  });
});

test('[64] no page is made of text that is taken for markup', () => {
  const markup =
    /dangerouslySetInnerHTML|innerHTML\s*=|outerHTML\s*=|insertAdjacentHTML|document\.write|\bsrcDoc\b/;
  const product = SOURCES.filter((path) => /^(app|components)\//.test(path));
  assert.ok(product.length > 80);
  assert.deepEqual(
    product.filter((path) => markup.test(readFileSync(join(ROOT, path), 'utf8'))),
    [],
  );
});

test('[14] server actions are files of their own, so that none holds a secret in a closure', () => {
  const holders = SOURCES.filter((path) =>
    /^\s*['"]use server['"];?$/m.test(readFileSync(join(ROOT, path), 'utf8')),
  );
  assert.ok(holders.length >= 5);
  for (const path of holders) {
    assert.match(path, /^app\/.*\/actions\.ts$/);
    assert.match(readFileSync(join(ROOT, path), 'utf8'), /^'use server';\n/, path);
  }
});

test('[13] forms send their actions through the two ways that keep the page when a call fails', () => {
  const drawn = SOURCES.filter((path) => path.endsWith('.tsx'));
  const around = drawn.filter((path) =>
    /\buseActionState\b|<form action=\{\w+Action\}/.test(readFileSync(join(ROOT, path), 'utf8')),
  );
  assert.deepEqual(around, []);
});
