// Colours of accounts: stable, known to the style sheet, and with enough contrast in both themes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ACCOUNT_COLOURS, accountLook, readLook, usualColour } from './account';

test('an account without a chosen look has its slug as the name, and always the same colour', () => {
  assert.deepEqual(accountLook('default', undefined), accountLook('default', { name: null, colour: null }));
  // Fixed for ever: people learn them.
  const colours = ['default', 'acme', 'acme-prod', 'lab'].map(usualColour);
  assert.deepEqual(colours, ['indigo', 'clay', 'ochre', 'teal']);
  const used = new Set(Array.from({ length: 200 }, (_, index) => usualColour(`acme-${index}`)));
  assert.equal(used.size, ACCOUNT_COLOURS.length);
});

test('a chosen look wins, but for a colour that is none', () => {
  assert.deepEqual(accountLook('a', { name: 'Shop', colour: 'plum' }), {
    slug: 'a',
    name: 'Shop',
    colour: 'plum',
  });
  assert.equal(accountLook('a', { name: null, colour: 'gone' }).colour, usualColour('a'));
});

test('a look is read as people type it', () => {
  assert.deepEqual(readLook({ name: ' Acme shop ', colour: 'moss' }), { name: 'Acme shop', colour: 'moss' });
  assert.deepEqual(readLook({ name: '  ', colour: '' }), { name: null, colour: null });
  for (const [name, colour] of [
    ['x'.repeat(41), ''],
    ['a\u202eb', ''],
    ['a\nb', ''],
    ['a', 'red'],
    ['a', 'toString'],
  ])
    assert.ok('wrong' in readLook({ name: name ?? '', colour: colour ?? '' }), name);
});

/** The two colours (light, dark) of a token of the style sheet. */
function token(name: string): [number, number] {
  const css = readFileSync(join(import.meta.dirname, '..', '..', 'app', 'globals.css'), 'utf8');
  const both = new RegExp(`--color-${name}: light-dark\\(oklch\\(([^)]+)\\), oklch\\(([^)]+)\\)\\);`).exec(
    css,
  );
  assert.ok(both, name);
  return [luminance(both[1] ?? ''), luminance(both[2] ?? '')];
}

/** Relative luminance (WCAG) of an oklch colour, by the matrices of CSS Color 4. */
function luminance(oklch: string): number {
  const [l = 0, c = 0, h = 0] = oklch.split(' ').map(Number);
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  const [long, medium, short] = [
    l + 0.3963377774 * a + 0.2158037573 * b,
    l - 0.1055613458 * a - 0.0638541728 * b,
    l - 0.0894841775 * a - 1.291485548 * b,
  ].map((one) => one ** 3) as [number, number, number];
  const [red, green, blue] = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ].map((one) => Math.min(1, Math.max(0, one))) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

test('each colour stands out from every ground, and its letter from it, in both themes', () => {
  assert.ok(Math.abs(contrast(luminance('1 0 0'), luminance('0 0 0')) - 21) < 0.01);
  for (const colour of ACCOUNT_COLOURS) {
    for (const theme of [0, 1] as const) {
      const fill = token(`account-${colour}`)[theme];
      for (const ground of ['canvas', 'surface', 'raised', 'sunken', 'hover'])
        assert.ok(contrast(fill, token(ground)[theme]) >= 3, `${colour} on ${ground}, theme ${theme}`);
      assert.ok(contrast(fill, token('on-account')[theme]) >= 4.5, `letter on ${colour}, theme ${theme}`);
    }
  }
});
