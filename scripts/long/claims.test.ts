// The short form of `npm run long -- claims`.
import { test } from 'node:test';
import { raceForSetup } from './claims';

test('[80] of fifty who claim one secret in four processes, one becomes admin, ten times', () =>
  raceForSetup(10));
