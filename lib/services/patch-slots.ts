// How many bundles are worked on at once. A bundle may unpack to 32 MiB, so memory is bounded by these slots.
import 'server-only';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { once } from '@/lib/platform/once';

const AT_WORK_MAX = 4;
const WAITING_MAX = 16;

type Slots = { atWork: number; waiting: (() => void)[] };
const slots = () => once('patch-slots', (): Slots => ({ atWork: 0, waiting: [] }));

/** Waits for a slot; give it back with `release`, exactly once. Problem `busy` (503) when the queue is full. */
export async function takePatchSlot(): Promise<Result<{ release: () => void }>> {
  const state = slots();
  if (state.atWork >= AT_WORK_MAX) {
    if (state.waiting.length >= WAITING_MAX) {
      return fail(
        'busy',
        503,
        'Too many bundles are being worked on.',
        'Nothing was changed. Send the bundle again in a few seconds.',
        { retryAfterSeconds: 5 },
      );
    }
    await new Promise<void>((resolve) => state.waiting.push(resolve));
  } else {
    state.atWork += 1;
  }
  return ok({ release: () => release(state) });
}

/** Hands the slot to the next in the queue, so that nobody can slip in between. */
function release(state: Slots): void {
  const next = state.waiting.shift();
  if (next) next();
  else state.atWork -= 1;
}
