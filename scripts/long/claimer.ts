// One of the processes that race for the set-up secret (claims.ts): for each line `SECRET COUNT` on standard input it
// claims that often at once, and prints how many were made admin.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { requestActor } from '@/lib/services/session';
import { claimSetup } from '@/lib/services/setup';

const guest = await requestActor(new Request('http://localhost:3000/'));
if (!guest.ok) throw new Error(guest.problem.title);
writeSync(1, 'ready\n');
let claims = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [secret = '', count] = line.split(' ');
  const outcomes = await Promise.all(
    Array.from({ length: Number(count) }, () => {
      claims += 1;
      return claimSetup(
        guest.value,
        secret,
        `p${process.pid}-${claims}@example.com`,
        'a password for tests only',
      );
    }),
  );
  writeSync(1, `${outcomes.filter(({ ok }) => ok).length}\n`);
}
process.exit(0);
