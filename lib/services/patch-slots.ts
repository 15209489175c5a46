// How many bundles are worked on at once. A bundle may unpack to 32 MiB, so memory is bounded by these slots.
import 'server-only';
import { fail, type Result } from '@/lib/domain/problem';
import { once } from '@/lib/platform/once';

export const PATCHES_AT_WORK_MAX = 4;
const WAITING_MAX = 16;

type Slots = { atWork: number; waiting: (() => void)[] };
const slots = () => once('patch-slots', (): Slots => ({ atWork: 0, waiting: [] }));

/** How many bundles are at work, and how many wait. */
export function patchSlots(): { atWork: number; waiting: number } {
  const { atWork, waiting } = slots();
  return { atWork, waiting: waiting.length };
}

/**
 * Runs `work` when one of the slots is free. Problem `busy` (503) when the queue is full; the bundles of one batch
 * (`isPatient`) wait all the same, a few at a time.
 */
export async function inPatchSlot<T>(
  work: () => Promise<Result<T>>,
  { isPatient = false }: { isPatient?: boolean } = {},
): Promise<Result<T>> {
  const state = slots();
  if (state.atWork >= PATCHES_AT_WORK_MAX) {
    if (state.waiting.length >= WAITING_MAX && !isPatient) return tooBusy();
    await new Promise<void>((resolve) => state.waiting.push(resolve));
  } else {
    state.atWork += 1;
  }
  try {
    return await work();
  } finally {
    // The slot goes to the next in the queue, so that nobody can slip in between.
    const next = state.waiting.shift();
    if (next) next();
    else state.atWork -= 1;
  }
}

function tooBusy() {
  return fail(
    'busy',
    503,
    'Too many bundles are being worked on.',
    'Nothing was changed. Send the bundle again in a few seconds.',
    { retryAfterSeconds: 5 },
  );
}
