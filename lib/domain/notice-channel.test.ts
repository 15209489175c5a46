import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ChannelInput,
  type ChannelKind,
  isDigestDue,
  isDigestLate,
  LONGEST_RETRY_MS,
  nextTryAt,
  readChannel,
  shownAddress,
} from './notice-channel';

const INPUT: ChannelInput = {
  name: 'Team Shop',
  target: 'a@example.com',
  kinds: ['review', 'expiry', 'nonsense'],
  accounts: [],
  owner: '',
  when: 'now',
};

function read(kind: ChannelKind, more: Partial<ChannelInput>, options = {}) {
  const usual = { accounts: ['default', 'shop'], keepTarget: false, allowHttp: false };
  return readChannel(kind, { ...INPUT, ...more }, { ...usual, ...options });
}

test('what was typed is read', () => {
  assert.deepEqual(
    read('mail', { target: 'a@example.com, b@example.com;a@example.com', owner: ' A. Bel ', when: '7' }),
    {
      ok: true,
      fields: {
        name: 'Team Shop',
        kinds: ['expiry', 'review'],
        accounts: null,
        owner: 'A. Bel',
        digestHour: 7,
      },
      target: { addresses: ['a@example.com', 'b@example.com'] },
    },
  );
  const hook = read('webhook', { target: ' https://hooks.example.com/x?y=z ', accounts: ['shop'] });
  assert.ok(hook.ok && hook.target && 'url' in hook.target);
  assert.equal(hook.target.url.href, 'https://hooks.example.com/x?y=z');
  assert.deepEqual(hook.fields.accounts, ['shop']);
});

test('each field says what is wrong with it', () => {
  const table: [ChannelKind, Partial<ChannelInput>, string][] = [
    ['mail', { name: '' }, 'name'],
    ['mail', { name: '=cmd' }, 'name'],
    ['mail', { name: 'a\r\nb' }, 'name'],
    ['mail', { name: 'x'.repeat(61) }, 'name'],
    ['mail', { kinds: [] }, 'kinds'],
    ['mail', { kinds: ['nonsense'] }, 'kinds'],
    ['mail', { accounts: ['nowhere'] }, 'accounts'],
    ['mail', { owner: 'x'.repeat(101) }, 'owner'],
    ['mail', { when: '24' }, 'when'],
    ['mail', { when: '' }, 'when'],
    ['mail', { when: '-1' }, 'when'],
    ['mail', { target: '' }, 'addresses'],
    ['mail', { target: 'somebody' }, 'addresses'],
    ['mail', { target: 'A <a@example.com>' }, 'addresses'],
    ['mail', { target: '"a b"@example.com' }, 'addresses'],
    ['mail', { target: Array.from({ length: 21 }, (_, n) => `a${n}@example.com`).join() }, 'addresses'],
    ['slack', { target: 'hooks.example.com' }, 'secretUrl'],
    ['slack', { target: 'http://hooks.example.com/x' }, 'secretUrl'],
    ['slack', { target: 'ftp://hooks.example.com/x' }, 'secretUrl'],
    ['slack', { target: 'file:///etc/passwd' }, 'secretUrl'],
    ['webhook', { target: 'https://user:pass@hooks.example.com/' }, 'secretUrl'],
    ['webhook', { target: 'https://hooks.example.com/#x' }, 'secretUrl'],
    ['webhook', { target: `https://hooks.example.com/${'x'.repeat(2_000)}` }, 'secretUrl'],
  ];
  for (const [kind, more, name] of table) {
    const result = read(kind, more);
    assert.deepEqual(Object.keys(result.ok ? {} : result.fields), [name], JSON.stringify(more));
  }
});

test('plain http is taken only where the setting allows it, and an empty target only to keep one', () => {
  assert.equal(read('slack', { target: 'http://10.0.0.1/x' }, { allowHttp: true }).ok, true);
  assert.equal(read('slack', { target: 'ftp://10.0.0.1/x' }, { allowHttp: true }).ok, false);
  const kept = read('slack', { target: '' }, { keepTarget: true });
  assert.ok(kept.ok && kept.target === null);
});

test('of a webhook only its server is shown', () => {
  assert.equal(
    shownAddress(new URL('https://hooks.example.com/services/T0/B0/secret?x=y')),
    'https://hooks.example.com/…',
  );
});

test('a message is tried nine times within a day', () => {
  let at = 0;
  let tries = 1;
  for (let next = nextTryAt(tries, at); next !== null; next = nextTryAt(tries, at)) {
    assert.ok(next > at && next - at <= LONGEST_RETRY_MS);
    at = next;
    tries += 1;
  }
  assert.equal(tries, 9);
  assert.ok(at > 20 * 3_600_000 && at <= 24 * 3_600_000);
  assert.equal(nextTryAt(1, 1_000), 61_000);
});

test('a digest is due once after its hour, at once when one was missed, and again when the clock was set back', () => {
  const at = (text: string) => Date.parse(`${text}:00Z`);
  const table: [hour: number, last: string, now: string, due: boolean][] = [
    [7, '2026-11-25T07:01', '2026-11-26T06:59', false],
    [7, '2026-11-25T07:01', '2026-11-26T07:00', true],
    [7, '2026-11-26T07:00', '2026-11-26T07:01', false],
    [7, '2026-11-26T07:00', '2026-11-26T23:59', false],
    [7, '2026-11-25T06:00', '2026-11-26T03:00', true],
    [7, '2026-11-20T07:00', '2026-11-26T03:00', true],
    [0, '2026-11-25T23:59', '2026-11-26T00:00', true],
    [23, '2026-11-25T23:00', '2026-11-26T22:59', false],
    [7, '2036-11-26T07:00', '2026-11-26T03:00', true],
  ];
  for (const [hour, last, now, due] of table)
    assert.equal(isDigestDue(hour, at(last), at(now)), due, `${last} ${now}`);
});

test('a digest waits three hours for what is not known, and no longer', () => {
  const at = (text: string) => Date.parse(`${text}:00Z`);
  const table: [hour: number, now: string, late: boolean][] = [
    [7, '2026-11-26T07:00', false],
    [7, '2026-11-26T09:59', false],
    [7, '2026-11-26T10:00', true],
    [7, '2026-11-27T06:59', true],
    [23, '2026-11-27T01:59', false],
    [23, '2026-11-27T02:00', true],
  ];
  for (const [hour, now, late] of table) assert.equal(isDigestLate(hour, at(now)), late, now);
});
