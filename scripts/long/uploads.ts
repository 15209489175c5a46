// Uploads as a network really delivers them: cut, slow, abandoned, too many at once, hostile. Whatever came, the next
// upload must find a server that is as it was.
import { connect, type Socket } from 'node:net';
import { HOSTILE } from '@/lib/domain/corpus/archives';
import { makeBundle } from '@/simulator/bundle';
import { scriptBundle } from '../bench/bundle-of-size';
import { type Desk, openDesk } from '../desk';
import { cpuMs, openHandles, residentMb } from '../process-figures';

const PATH = '/api/v1/bundles/patch?token=cart-reader';
/** At work and waiting at a time: as many are taken at once. */
const PLACES = 20;
/** Until then everything that was sent is worked through, milliseconds. */
const SETTLED_MS_MAX = 15_000;
/** Processor time for one refusal, milliseconds; the step of the figure is 10. */
const REFUSAL_CPU_MS_MAX = 250;

export type Storm = {
  /** Bodies that end before they should. */
  cut: number;
  /** Senders that leave when all is sent, before the answer. */
  left: number;
  /** Senders that stop in the middle and stay. */
  silent: number;
  /** Whole uploads at the same moment. */
  atOnce: number;
};

/** Sends a storm and waits until it is over. The answers to the uploads at once, by status. */
export async function storm(
  desk: Desk,
  key: string,
  { cut, left, silent, atOnce }: Storm,
): Promise<Map<number, number>> {
  const bundle = scriptBundle(500 * 1024);
  await inTens(cut, async (index) => {
    const socket = await opened(desk);
    socket.write(head(desk, key, bundle.byteLength));
    socket.write(bundle.subarray(0, 1 + ((index * 7_919) % (bundle.byteLength - 1))));
    // Some end their half of the connection, some vanish.
    if (index % 2 === 0) {
      socket.end();
      socket.resume();
    } else socket.resetAndDestroy();
    await closed(socket);
  });
  await inTens(left, async () => {
    const socket = await opened(desk);
    socket.write(head(desk, key, bundle.byteLength));
    await new Promise<void>((resolve) => socket.write(bundle, () => resolve()));
    socket.destroy();
  });
  const waiting = await Promise.all(
    Array.from({ length: silent }, async () => {
      const socket = await opened(desk);
      socket.write(head(desk, key, bundle.byteLength));
      socket.write(bundle.subarray(0, 100_000));
      return socket;
    }),
  );
  const answers = await Promise.all(Array.from({ length: atOnce }, () => patch(desk, key, bundle)));
  for (const socket of waiting) socket.destroy();
  const byStatus = new Map<number, number>();
  for (const { status, retryAfter } of answers) {
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    if (status !== 200 && (status !== 503 || retryAfter === null))
      throw new Error(`an upload was answered ${status}, Retry-After ${retryAfter}`);
  }
  return byStatus;
}

/**
 * Waits until as many uploads as may be at work and wait are all patched at once: no place is lost. Throws when that
 * does not come about, though the bundles of those who left are worked through by then.
 */
export async function placesAreFree(desk: Desk, key: string): Promise<void> {
  const bundle = makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' });
  const deadline = performance.now() + SETTLED_MS_MAX;
  for (;;) {
    const answers = await Promise.all(Array.from({ length: PLACES }, () => patch(desk, key, bundle)));
    const statuses = answers.map(({ status }) => status);
    if (statuses.every((status) => status === 200)) return;
    if (performance.now() > deadline)
      throw new Error(`a place is lost: ${PLACES} uploads at once were answered ${statuses.join(' ')}`);
  }
}

/** Prints the figures; throws when something is not as it was, or a hostile upload costs too much. */
export async function longUploads(): Promise<void> {
  const { desk, close } = await openDesk('uploads', { people: [] });
  try {
    const key = await desk.manage(['key', 'create', 'uploads', '--role', 'releaser']);
    // Twice, so that what the server keeps for good (caches, threads, compiled code) is there.
    const counts: Storm = { cut: 200, left: 200, silent: 20, atOnce: 50 };
    await storm(desk, key, counts);
    await placesAreFree(desk, key);
    const before = await settled(desk);
    for (let round = 1; round <= 3; round += 1) {
      const statuses = await storm(desk, key, counts);
      await placesAreFree(desk, key);
      const after = await settled(desk);
      const answers = [...statuses].map(([status, times]) => `${times} x ${status}`).join(', ');
      console.log(
        `round ${round}: ${counts.cut} cut, ${counts.left} left, ${counts.silent} silent, ${counts.atOnce} at once (${answers}); memory ${before.memory} to ${after.memory} MB, open files ${before.handles} to ${after.handles}`,
      );
      if (after.handles > before.handles + 5) throw new Error('files or connections stay open');
      if (after.memory > before.memory + 150) throw new Error('memory does not come back');
    }
    await slowBody(desk, key);
    await hostileUploads(desk, key);
  } finally {
    await close();
  }
}

/** A body that never ends is given up after the time that a body may take. */
async function slowBody(desk: Desk, key: string): Promise<void> {
  const socket = await opened(desk);
  socket.write(head(desk, key, 1_000_000));
  const drip = setInterval(() => socket.write('x'), 500);
  const started = performance.now();
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
    if (answer.includes('\r\n\r\n')) socket.destroy();
  });
  await closed(socket);
  clearInterval(drip);
  const seconds = (performance.now() - started) / 1_000;
  console.log(
    `a body of 2 bytes a second: given up after ${seconds.toFixed(1)} s with ${answer.slice(9, 12) || 'no answer'}`,
  );
  if (seconds > 45) throw new Error('a slow body is waited for too long');
}

async function hostileUploads(desk: Desk, key: string): Promise<void> {
  let slowest = { name: '', cpu: 0 };
  let memory = residentMb(desk.pid);
  const statuses = new Map<number, number>();
  for (const one of HOSTILE) {
    const bundle = one.packed();
    const cpu = cpuMs(desk.pid);
    const { status } = await patch(desk, key, bundle);
    const used = cpuMs(desk.pid) - cpu;
    if (used > slowest.cpu) slowest = { name: one.name, cpu: used };
    memory = Math.max(memory, residentMb(desk.pid));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status < 400 || status > 499) throw new Error(`${one.name} was answered ${status}`);
  }
  const answers = [...statuses].map(([status, times]) => `${times} x ${status}`).join(', ');
  console.log(
    `${HOSTILE.length} hostile archives by HTTP: ${answers}; slowest ${slowest.cpu} ms CPU (${slowest.name}); most memory ${Math.round(memory)} MB`,
  );
  if (slowest.cpu > REFUSAL_CPU_MS_MAX) throw new Error(`${slowest.name} costs too much`);
}

/** What the server holds once nothing moves any more. */
async function settled(desk: Desk): Promise<{ memory: number; handles: number }> {
  let handles = openHandles(desk.pid);
  for (let calm = 0; calm < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const next = openHandles(desk.pid);
    calm = next < handles ? 0 : calm + 1;
    handles = next;
  }
  return { memory: Math.round(residentMb(desk.pid)), handles };
}

async function patch(
  desk: Desk,
  key: string,
  bundle: Uint8Array,
): Promise<{ status: number; retryAfter: string | null }> {
  const answer = await fetch(`${desk.url}${PATH}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/gzip' },
    body: new Uint8Array(bundle),
  });
  await answer.arrayBuffer();
  return { status: answer.status, retryAfter: answer.headers.get('retry-after') };
}

function head(desk: Desk, key: string, length: number): string {
  return [
    `POST ${PATH} HTTP/1.1`,
    `Host: ${new URL(desk.url).host}`,
    `Authorization: Bearer ${key}`,
    'Content-Type: application/gzip',
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');
}

function opened(desk: Desk): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(desk.url).port), 'localhost', () => resolve(socket));
    // A reset is what many of them are for.
    socket.on('error', reject);
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

async function inTens(count: number, run: (index: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += 10)
    await Promise.all(Array.from({ length: Math.min(10, count - from) }, (_, index) => run(from + index)));
}
