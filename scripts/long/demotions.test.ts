import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demotions } from './demotions';

test('[75] of 50 changes among three admins at once, one admin is left, ten times', async () => {
  assert.ok((await demotions(10)) > 0);
});
