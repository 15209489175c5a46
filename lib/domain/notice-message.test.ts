import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, type Day, parseDay } from './day';
import type { DueKind } from './due';
import type { Notice } from './notice';
import { composeMessage, type NoticeMessage, noticeWords, tokenAddress } from './notice-message';

const TODAY: Day = parseDay('2026-11-26') ?? assert.fail();

function notice(more: Partial<Notice> = {}): Notice {
  const day = addDays(TODAY, 9);
  return {
    account: 'default',
    name: 'shop',
    uuid: 'u-1',
    kind: 'expiry',
    day,
    owner: null,
    step: 14,
    ...more,
  };
}

function message(notices: readonly Notice[]): NoticeMessage {
  const readAt = Date.UTC(2026, 10, 26, 2, 3, 59);
  return {
    id: 'm-1',
    channel: 'Team Shop',
    asOf: TODAY,
    readAt,
    notices,
    publicUrl: 'https://desk.example.com',
  };
}

test('a date in words', () => {
  const table: [DueKind, number, string][] = [
    ['expiry', 60, 'expires in 60 days'],
    ['expiry', 1, 'expires tomorrow'],
    ['expiry', 0, 'expires today'],
    ['expiry', -1, 'expired yesterday'],
    ['expiry', -3, 'expired 3 days ago'],
    ['refresh', 7, 'is refreshed by Akamai in 7 days'],
    ['refresh', -2, 'was to be refreshed by Akamai 2 days ago'],
    ['age', 0, 'gets too old today'],
    ['age', -9, 'got too old 9 days ago'],
    ['review', 14, 'is to be reviewed in 14 days'],
    ['review', -1, 'was to be reviewed yesterday'],
    ['activation', -2, 'is not active: its activation failed or hangs since 24 Nov 2026'],
  ];
  for (const [kind, left, words] of table)
    assert.equal(noticeWords({ kind, day: addDays(TODAY, left) }, TODAY), words);
});

test('one notice: the subject says it all, the text where to look', () => {
  const { subject, text, chat } = composeMessage(message([notice({ owner: 'A. Bel' })]));
  assert.equal(subject, 'shop expires in 9 days');
  assert.equal(
    text,
    `- shop of default expires in 9 days (5 Dec 2026). Owner: A. Bel.
  https://desk.example.com/default/tokens/shop

Counted from 26 Nov 2026 (UTC). Akamai was last asked at 2026-11-26 02:03 UTC.
`,
  );
  assert.equal(
    chat,
    `• shop of default expires in 9 days (5 Dec 2026). Owner: A. Bel. <https://desk.example.com/default/tokens/shop|Look at it>
Counted from 26 Nov 2026 (UTC). Akamai was last asked at 2026-11-26 02:03 UTC.`,
  );
});

test('several notices share a message', () => {
  const { subject, text } = composeMessage(
    message([notice(), notice({ name: 'cart' }), notice({ name: 'geo' })]),
  );
  assert.equal(subject, 'shop expires in 9 days, and 2 more');
  assert.equal(text.match(/^- /gm)?.length, 3);
});

test('the JSON has everything by name', () => {
  assert.deepEqual(composeMessage(message([notice()])).json, {
    type: 'token-desk.notices',
    id: 'm-1',
    channel: 'Team Shop',
    asOf: '2026-11-26',
    readAt: '2026-11-26T02:03:59.000Z',
    notices: [
      {
        account: 'default',
        token: 'shop',
        uuid: 'u-1',
        kind: 'expiry',
        day: '2026-12-05',
        step: 14,
        daysLeft: 9,
        owner: null,
        words: 'expires in 9 days',
        url: 'https://desk.example.com/default/tokens/shop',
      },
    ],
  });
});

test('without notices it is a test, and says so', () => {
  const { subject, text, json } = composeMessage(message([]));
  assert.equal(subject, 'A test of Token Desk');
  assert.match(text, /a test of the channel Team Shop/);
  assert.equal(Object(json).type, 'token-desk.test');
});

test('a name calls nobody in a chat, breaks no line and turns no text around', () => {
  const name = '<!channel> <https://evil.example|x> & \r\nBcc: all@example.com \u202e';
  const { subject, text, chat } = composeMessage(message([notice({ name, owner: '<@U1>' })]));
  assert.doesNotMatch(chat, /<!channel>|<https:\/\/evil|<@U1>/);
  assert.match(chat, /&lt;!channel&gt; &lt;https:\/\/evil\.example\|x&gt; &amp; ⟨U\+000D⟩⟨U\+000A⟩Bcc/);
  assert.doesNotMatch(subject, /[\r\n\u202e]/);
  assert.doesNotMatch(text, /^Bcc/m);
});

test('the address of a page is encoded', () => {
  assert.equal(
    tokenAddress('https://d', 'a/b', '../x?y#\ud800'),
    'https://d/a%2Fb/tokens/..%2Fx%3Fy%23%EF%BF%BD',
  );
});
