// Server actions get whatever somebody sends: each answers with a refusal in its own form, and nothing happens.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/steps.mjs';
import { argumentLists, encodeArguments } from './any-values';
import { actionId, expect, openDesk, PASSWORD, reply, test } from './fixtures';

/** With all actions together more than a thousand; lib/services/action.test.ts has as many for each thing they read. */
const PER_ACTION = 60;
const AT_ONCE = 8;
const LONG = 'x'.repeat(500_000);
/** Those that answer with a redirect, or with nothing but a page drawn anew. */
const WITHOUT_STATE = ['checkAction', 'switchThemeAction', 'signOutAction', 'rereadAction', 'withdrawAction'];

function actionNames(): string[] {
  const text = readFileSync(join(ROOT, '.next', 'server/server-reference-manifest.json'), 'utf8');
  const { node } = JSON.parse(text) as { node: Record<string, { exportedName: string }> };
  return Object.values(node).map(({ exportedName }) => exportedName);
}

/** The same for an action whatever others there are: a value that fits by chance would change something. */
function seedOf(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 37 + letter.charCodeAt(0)) % 65_521, 1);
}

test('[4] values of any type are refused by every action, throw nothing and change nothing', async () => {
  test.setTimeout(300_000);
  const { desk, close } = await openDesk('any-values', { people: ['admin', 'viewer'] });
  const post = (name: string, body: FormData, cookie = '') =>
    fetch(`${desk.url}/sign-in`, {
      method: 'POST',
      headers: { 'Next-Action': actionId(name), Origin: desk.url, Cookie: cookie },
      body,
      redirect: 'manual',
    });
  const signIn = async (role: string) => {
    const fields = { email: `${role}@example.com`, password: PASSWORD, next: '/' };
    const [cookie = ''] = (await post('signInAction', reply(fields))).headers.getSetCookie();
    return cookie.split(';')[0] ?? '';
  };
  try {
    const [admin, viewer] = [await signIn('admin'), await signIn('viewer')];
    const state = () => Promise.all([desk.manage(['people', 'list']), desk.manage(['key', 'list'])]);
    const before = await state();
    await desk.control.clearJournal();
    for (const name of actionNames().sort()) {
      const seed = seedOf(name);
      // What is longer than a megabyte is refused before any action.
      const lists = [...argumentLists(seed, PER_ACTION), [{ values: LONG }, reply({ name: LONG })]];
      const send = async (list: readonly unknown[], index: number) => {
        // Who may do everything, so that the right is not what is missing; signing out is for another.
        const answer = await post(name, encodeArguments(list), name === 'signOutAction' ? viewer : admin);
        const words = `${name}, values ${index} of seed ${seed}`;
        expect([200, 303], `${words}: ${answer.status}`).toContain(answer.status);
        const text = await answer.text();
        if (answer.status === 200 && !WITHOUT_STATE.includes(name))
          expect(text, words).toMatch(/"problem":(null|\{"code":"[a-z-]+")/);
        expect(text, words).not.toMatch(/"digest":|polluted/);
      };
      for (let at = 0; at < lists.length; at += AT_ONCE)
        await Promise.all(lists.slice(at, at + AT_ONCE).map((list, index) => send(list, at + index)));
    }
    expect((await fetch(`${desk.url}/api/ready`)).status).toBe(200);
    expect(desk.log()).not.toMatch(/TypeError|RangeError|unhandled|⨯|"level":(50|60|"error"|"fatal")/i);
    expect(await state()).toEqual(before);
    expect((await desk.control.journal()).filter(({ method }) => method !== 'GET')).toEqual([]);
    const csv = await fetch(`${desk.url}/audit/export?format=jsonl&outcome=ok`, {
      headers: { Cookie: admin },
    });
    const done = (await csv.text()).split('\n').filter(Boolean);
    const changes = done.map((line) => (JSON.parse(line) as { action: string }).action);
    // The two people came before, and this export is on record itself.
    const known = ['audit.export', 'people.add', 'session.create', 'session.end'];
    expect([...new Set(changes)].sort()).toEqual(known);
  } finally {
    await close();
  }
});
