import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles } from '@/simulator/bundle';
import { type Archive, type ArchiveEntry, readArchive } from './archive';
import { findPlace, tokensFileCandidates } from './bundle-place';

/** Processor time and not the clock's: other tests run beside this one. */
function cpuMsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1_000;
}

const TABLE = 'export const edgekv_access_tokens = {};\n';
const HELPER = "import { edgekv_access_tokens } from './edgekv_tokens.js';\n";

type Files = Readonly<Record<string, string>>;
/** Links by their path, with where they lead, as the archive spells it. */
type Links = Readonly<Record<string, string>>;

async function archiveOf(
  files: Files,
  links: Links = {},
  type: ArchiveEntry['type'] = 'symlink',
): Promise<Archive> {
  const read = await readArchive(packFiles({ 'main.js': '', ...files }));
  if (!read.ok) return assert.fail(read.problem.title);
  const [sample] = read.value.entries;
  assert.ok(sample);
  const linked = Object.entries(links).map(([path, linkPath]) => ({
    ...sample,
    path,
    normalized: path,
    type,
    linkPath,
    data: new Uint8Array(),
  }));
  return { ...read.value, entries: [...read.value.entries, ...linked] };
}

async function placeOf(files: Files, links: Links = {}, asked: string | null = null) {
  const place = findPlace(await archiveOf(files, links), asked);
  return place.ok ? place.value : assert.fail(`${place.problem.title} ${place.problem.detail}`);
}

async function problemOf(files: Files, links: Links = {}, asked: string | null = null) {
  const place = findPlace(await archiveOf(files, links), asked);
  return place.ok ? assert.fail(`it was found at ${place.value.path}`) : place.problem;
}

const CLEAR: readonly [why: string, files: Files, path: string, links?: Links][] = [
  ['at the root', { 'edgekv_tokens.js': TABLE }, 'edgekv_tokens.js'],
  ['nowhere yet: the root', {}, 'edgekv_tokens.js'],
  ['nowhere yet, and the helper at the root', { 'edgekv.js': HELPER }, 'edgekv_tokens.js'],
  ['nowhere yet, and the helper in lib/', { 'lib/edgekv.js': HELPER }, 'lib/edgekv_tokens.js'],
  [
    'nowhere yet, and two helpers, one at the root',
    { 'lib/edgekv.js': HELPER, 'edgekv.js': HELPER },
    'edgekv_tokens.js',
  ],
  [
    'in lib/, where code imports it',
    { 'lib/edgekv.js': HELPER, 'lib/edgekv_tokens.js': TABLE },
    'lib/edgekv_tokens.js',
  ],
  [
    'one of two, where code imports only that',
    { 'edgekv.js': HELPER, 'edgekv_tokens.js': TABLE, 'old/edgekv_tokens.js': TABLE },
    'edgekv_tokens.js',
  ],
  [
    'one of two, and code imports the one in lib/',
    { 'lib/edgekv.js': HELPER, 'edgekv_tokens.js': TABLE, 'lib/edgekv_tokens.js': TABLE },
    'lib/edgekv_tokens.js',
  ],
  [
    'at the root, with a link to it',
    { 'edgekv_tokens.js': TABLE },
    'edgekv_tokens.js',
    { 'lib/edgekv_tokens.js': '../edgekv_tokens.js' },
  ],
  [
    'an import of a name with letters that no archive shares',
    { 'main.js': "import './\u00e4/edgekv_tokens.js'" },
    'edgekv_tokens.js',
  ],
  ['an import in a comment only', { 'main.js': "// import './lib/edgekv_tokens.js'" }, 'edgekv_tokens.js'],
];

for (const [why, files, path, links] of CLEAR) {
  test(`the place is clear: ${why}`, async () => {
    assert.equal((await placeOf(files, links)).path, path);
  });
}

const ASKED: readonly [why: string, files: Files, links: Links, words: RegExp, choices: readonly string[]][] =
  [
    [
      'a sub-folder that no code imports',
      { 'lib/edgekv_tokens.js': TABLE },
      {},
      /no edgekv_tokens.js at its root, but lib\/edgekv_tokens.js/,
      ['edgekv_tokens.js', 'lib/edgekv_tokens.js'],
    ],
    [
      'an import in a comment is no reason',
      { 'lib/edgekv_tokens.js': TABLE, 'lib/edgekv.js': `// ${HELPER}` },
      {},
      /no edgekv_tokens.js at its root/,
      ['edgekv_tokens.js', 'lib/edgekv_tokens.js'],
    ],
    [
      'two of them, and no code imports one',
      { 'edgekv_tokens.js': TABLE, 'lib/edgekv_tokens.js': TABLE },
      {},
      /at its root, and also lib\/edgekv_tokens.js/,
      ['edgekv_tokens.js', 'lib/edgekv_tokens.js'],
    ],
    [
      'two of them, and code imports both',
      {
        'edgekv_tokens.js': TABLE,
        'edgekv.js': HELPER,
        'lib/edgekv_tokens.js': TABLE,
        'lib/edgekv.js': HELPER,
      },
      {},
      /and also lib/,
      ['edgekv_tokens.js', 'lib/edgekv_tokens.js'],
    ],
    [
      'none of them, and code imports two in sub-folders',
      { 'a/edgekv.js': HELPER, 'b/edgekv.js': HELPER },
      {},
      /Code of the bundle imports a\/edgekv_tokens.js and b\/edgekv_tokens.js, and none of them is there/,
      ['edgekv_tokens.js', 'a/edgekv_tokens.js', 'b/edgekv_tokens.js'],
    ],
    [
      'a symlink at the root to a file of another name',
      { 'config/tokens.js': TABLE },
      { 'edgekv_tokens.js': 'config/tokens.js' },
      /is a symlink/,
      ['edgekv_tokens.js', 'config/tokens.js'],
    ],
    [
      'a symlink at the root to a tokens file in a sub-folder',
      { 'lib/edgekv_tokens.js': TABLE, 'lib/edgekv.js': HELPER },
      { 'edgekv_tokens.js': 'lib/edgekv_tokens.js' },
      /is a symlink/,
      ['edgekv_tokens.js', 'lib/edgekv_tokens.js'],
    ],
    ['a symlink to nothing', {}, { 'edgekv_tokens.js': 'gone.js' }, /is a symlink/, ['edgekv_tokens.js']],
    [
      'symlinks round in a circle',
      {},
      { 'edgekv_tokens.js': 'a.js', 'a.js': 'edgekv_tokens.js' },
      /is a symlink/,
      ['edgekv_tokens.js'],
    ],
  ];

for (const [why, files, links, words, choices] of ASKED) {
  test(`people are told and choose: ${why}`, async () => {
    const problem = await problemOf(files, links);
    assert.equal(problem.code, 'tokens-file-choice');
    assert.equal(problem.status, 409);
    assert.match(problem.title, words);
    assert.match(problem.detail, /^Nothing was changed\. Say which file is meant: file=/);
    assert.deepEqual(problem.fields, { file: choices });
    // Each choice is one.
    for (const choice of choices) assert.equal((await placeOf(files, links, choice)).path, choice);
  });
}

const SPELLED: readonly [asked: string, path: string | null][] = [
  ['lib/edgekv_tokens.js', 'lib/edgekv_tokens.js'],
  ['./lib/edgekv_tokens.js', 'lib/edgekv_tokens.js'],
  ['.//./lib/edgekv_tokens.js', 'lib/edgekv_tokens.js'],
  ['edgekv_tokens.js', 'edgekv_tokens.js'],
  ['./edgekv_tokens.js', 'edgekv_tokens.js'],
  ['../edgekv_tokens.js', null],
  ['lib/../edgekv_tokens.js', null],
  ['/edgekv_tokens.js', null],
  ['lib//edgekv_tokens.js', null],
  ['lib\\edgekv_tokens.js', null],
  ['lib/edgekv_tokens.js/', null],
  ['LIB/edgekv_tokens.js', null],
  ['main.js', null],
  ['', null],
  ['.', null],
  ['__proto__', null],
];

for (const [asked, path] of SPELLED) {
  test(`asked for ${JSON.stringify(asked)}: ${path ?? 'refused, with what there is'}`, async () => {
    const files = { 'lib/edgekv_tokens.js': TABLE };
    if (path !== null) {
      assert.equal((await placeOf(files, {}, asked)).path, path);
      return;
    }
    const problem = await problemOf(files, {}, asked);
    assert.equal(problem.code, 'invalid-fields');
    assert.match(problem.detail, /There is edgekv_tokens\.js or lib\/edgekv_tokens\.js\.$/);
    assert.deepEqual(Object.keys(problem.fields ?? {}), ['file']);
  });
}

test('a wrong choice is shown, visible and short', async () => {
  const { title } = await problemOf({}, {}, `\u202e${'x'.repeat(900)}`);
  assert.match(title, /⟨U\+202E⟩x+…/);
  assert.ok(title.length < 200);
});

test('a link chosen is replaced, and what it leads to in the end is what is edited', async () => {
  const links = { 'edgekv_tokens.js': 'a.js', 'a.js': 'lib/b.js', 'lib/b.js': '../c.js' };
  const { entry, existing } = await placeOf({ 'c.js': TABLE }, links, 'edgekv_tokens.js');
  assert.equal(entry?.type, 'symlink');
  assert.equal(Buffer.from(existing ?? []).toString(), TABLE);
  const chain = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`l${index}.js`, `l${index + 1}.js`]),
  );
  const long = await placeOf(
    { 'l30.js': TABLE },
    { ...chain, 'edgekv_tokens.js': 'l0.js' },
    'edgekv_tokens.js',
  );
  assert.equal(Buffer.from(long.existing ?? []).toString(), TABLE);
});

test('a link that leads nowhere, round in a circle or to itself holds nothing', async () => {
  for (const links of [
    { 'edgekv_tokens.js': 'gone.js' },
    { 'edgekv_tokens.js': 'edgekv_tokens.js' },
    { 'edgekv_tokens.js': 'a.js', 'a.js': 'b.js', 'b.js': 'a.js' },
  ]) {
    assert.equal((await placeOf({}, links, 'edgekv_tokens.js')).existing, null);
  }
});

test('a long chain of many links is followed no further than Linux does, and soon', async () => {
  const links = Object.fromEntries(
    Array.from({ length: 1_900 }, (_, index) => [
      `d${index}/edgekv_tokens.js`,
      `../d${index + 1}/edgekv_tokens.js`,
    ]),
  );
  const archive = await archiveOf({ 'd1900/edgekv_tokens.js': TABLE }, links);
  const started = process.cpuUsage();
  const candidates = tokensFileCandidates(archive);
  assert.equal(candidates.find(({ path }) => path === 'd0/edgekv_tokens.js')?.leadsTo, null);
  assert.equal(
    candidates.find(({ path }) => path === 'd1880/edgekv_tokens.js')?.leadsTo,
    'd1900/edgekv_tokens.js',
  );
  assert.ok(!findPlace(archive, null).ok);
  assert.ok(cpuMsSince(started) < 1_000);
});

test('where links lead is told: to a file, or round in a circle', async () => {
  const links = { 'edgekv_tokens.js': 'a.js', 'a.js': 'lib/c.js', 'x/edgekv_tokens.js': 'edgekv_tokens.js' };
  assert.deepEqual(tokensFileCandidates(await archiveOf({ 'lib/c.js': TABLE }, links)), [
    { path: 'edgekv_tokens.js', type: 'symlink', leadsTo: 'lib/c.js' },
    { path: 'x/edgekv_tokens.js', type: 'symlink', leadsTo: null },
  ]);
  const [hard] = tokensFileCandidates(
    await archiveOf({ 'c.js': TABLE }, { 'lib/edgekv_tokens.js': 'c.js' }, 'link'),
  );
  assert.deepEqual(hard, { path: 'lib/edgekv_tokens.js', type: 'link', leadsTo: 'c.js' });
});

test('a tokens file cannot lie below a file or a link: that is told, and nothing is written', async () => {
  const problem = await problemOf({ 'main.js': "import './lib/edgekv_tokens.js'" }, { lib: 'src' });
  assert.equal(problem.code, 'bundle-refused');
  assert.match(problem.title, /lib is a symlink, and no folder/);
});

test('many tokens files are listed shortly in the words and wholly in the choices', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`d${index}/edgekv_tokens.js`, TABLE]),
  );
  const problem = await problemOf(files);
  assert.ok(problem.title.length < 300);
  assert.equal(problem.fields?.file?.length, 51);
});
