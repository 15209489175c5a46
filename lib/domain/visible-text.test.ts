import assert from 'node:assert/strict';
import test from 'node:test';
import { visibleLines, visibleText } from './visible-text';

test('[65] what is invisible or turns text around is shown', () => {
  assert.equal(visibleText('a\u202Eb\u200B\n\u0000'), 'a⟨U+202E⟩b⟨U+200B⟩⟨U+000A⟩⟨U+0000⟩');
  assert.equal(visibleText('\u2028\uFEFF\uD800'), '⟨U+2028⟩⟨U+FEFF⟩⟨U+D800⟩');
});

test('[65] a text of several lines keeps its lines', () => {
  assert.equal(visibleLines('a\u202E\n b\r\n'), 'a⟨U+202E⟩\n b⟨U+000D⟩\n');
});

test('ordinary text stays as it is', () => {
  for (const text of ['cart-rw', 'größe 東京', 'a b']) assert.equal(visibleText(text), text);
});
