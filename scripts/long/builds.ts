// Clean builds of what is here. With one key for the ids of actions they have the same files with the same bytes, but for
// what Next draws or times anew, and a page of the one can use the other. With another key its forms are told so.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDesk, PASSWORD } from '../desk';
import { nextBin, ROOT } from '../steps.mjs';

const DIST = join(ROOT, '.next');
/** Keys for previews, which nothing here uses, and how long the build took. */
const DRAWN_ANEW = ['prerender-manifest.json', 'server/preview-props.json', 'trace', 'trace-build'];
/** `node_modules` has links to the installed packages only. */
const NOT_OF_THE_BUILD = ['cache', 'diagnostics', 'node_modules'];

/** Prints the figures of `npm run long -- builds`; throws when two builds differ. It leaves a build. */
export async function longBuilds(): Promise<void> {
  const [key, otherKey] = [randomBytes(32), randomBytes(32)];
  const first = build(key);
  const form = await formOf();
  const second = build(key);
  const changed = [...first].filter(([path, hash]) => second.get(path) !== hash).map(([path]) => path);
  const added = [...second.keys()].filter((path) => !first.has(path));
  const unexpected = [...changed, ...added].filter((path) => !DRAWN_ANEW.includes(path));
  if (unexpected.length > 0) throw new Error(`two builds differ: ${unexpected.join(', ')}`);
  console.log(`${first.size} files, the same in two builds but for ${changed.join(', ')}`);
  await expectAnswer(form, 303);
  build(otherKey);
  await expectAnswer(form, 409);
  console.log(
    'A form of the first is understood by the second; a build with another key says that it is not.',
  );
}

/** A clean build with `key`: the digest of each file by its path. Throws when it fails or counts anything for Next. */
function build(key: Buffer): Map<string, string> {
  rmSync(DIST, { recursive: true, force: true });
  const home = mkdtempSync(join(tmpdir(), 'token-desk-build-'));
  const { NEXT_TELEMETRY_DISABLED: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [nextBin(), 'build'], {
    cwd: ROOT,
    env: { ...env, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: key.toString('base64'), XDG_CONFIG_HOME: home },
    encoding: 'utf8',
  });
  rmSync(home, { recursive: true, force: true });
  if (status !== 0) throw new Error(`the build failed: ${stdout}${stderr}`);
  // Its notice at the first use, and this is always one.
  if (/telemetry/i.test(stdout + stderr)) throw new Error(`the build spoke of telemetry: ${stdout}${stderr}`);
  return new Map(
    filesIn(DIST, '').map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(DIST, path)))
        .digest('hex'),
    ]),
  );
}

function filesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = folder ? `${folder}/${name}` : name;
    if (NOT_OF_THE_BUILD.includes(path)) return [];
    return statSync(join(root, path)).isDirectory() ? filesIn(root, path) : [path];
  });
}

/** The hidden fields of the sign-in form of the present build. */
async function formOf(): Promise<ReadonlyMap<string, string>> {
  const { desk, close } = await openDesk('build', { people: [] });
  try {
    const page = await (await fetch(`${desk.url}/sign-in`)).text();
    const inputs = page.match(/<input type="hidden"[^>]*>/g) ?? [];
    const attribute = (input: string, name: string) =>
      (new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? '').replaceAll('&quot;', '"');
    return new Map(inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value')]));
  } finally {
    await close();
  }
}

/** Sends that form, filled in, to the present build. Throws unless it is answered with `status`. */
async function expectAnswer(form: ReadonlyMap<string, string>, status: number): Promise<void> {
  const { desk, close } = await openDesk('build', { people: ['viewer'] });
  try {
    const body = new FormData();
    for (const [name, value] of form) body.append(name, value);
    body.append('email', 'viewer@example.com');
    body.append('password', PASSWORD);
    const init = { method: 'POST', headers: { Origin: desk.url }, body, redirect: 'manual' } as const;
    const answer = await fetch(`${desk.url}/sign-in`, init);
    if (answer.status !== status)
      throw new Error(`answered ${answer.status} instead of ${status}: ${await answer.text()}`);
  } finally {
    await close();
  }
}
