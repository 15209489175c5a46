// Admins who take each other's right away at the same moment: however it comes out, one is left who can administer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ADMINS = 3;
const CHANGES = 50;

/**
 * Runs `rounds` races of 50 demotions, limits, disablings and deletions among three admins; how many changes were
 * refused. Throws when a round leaves another number of admins than one. Sets this process's settings.
 */
export async function demotions(rounds: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'token-desk-demotions-'));
  Object.assign(process.env, { DATA_DIR: folder, PUBLIC_URL: 'http://localhost:3000', LOG_LEVEL: 'fatal' });
  const { changeRole, deletePerson, setDisabled } = await import('@/lib/services/people-changes');
  const { insertPerson } = await import('@/lib/services/people');
  const { operatorActor } = await import('@/lib/services/session');
  const { database } = await import('@/lib/store/database');
  const { countFullAdmins } = await import('@/lib/store/people');
  const noLimits = { namespaces: '', stagingOnly: false };
  let refused = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      await database().query.deleteFrom('user').execute();
      const admins: string[] = [];
      for (let count = 0; count < ADMINS; count += 1)
        admins.push(await insertPerson(`admin-${round}-${count}@example.com`, 'admin'));
      const results = await Promise.all(
        Array.from({ length: CHANGES }, (_, index) => {
          const id = admins[index % ADMINS] ?? '';
          const actor = operatorActor();
          if (index % 4 === 0) return changeRole(actor, id, 'viewer', noLimits);
          if (index % 4 === 1) return changeRole(actor, id, 'admin', { ...noLimits, namespaces: 'cart' });
          return index % 4 === 2 ? setDisabled(actor, id, true) : deletePerson(actor, id);
        }),
      );
      refused += results.filter((one) => !one.ok && one.problem.code === 'conflict').length;
      const left = countFullAdmins();
      if (left !== 1) throw new Error(`round ${round} left ${left} admins`);
    }
  } finally {
    database().raw.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return refused;
}

/** Prints the figures of `npm run long -- demotions`; throws when a round leaves no admin. */
export async function longDemotions(): Promise<void> {
  const rounds = 100;
  const refused = await demotions(rounds);
  console.log(
    `${rounds} races of ${CHANGES} changes among ${ADMINS} admins: one left each time; ${refused} refused`,
  );
}
