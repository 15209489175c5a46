// `npm run bench [-- NAME]`: the benchmarks. Each prints its figures beside a base line measured in the same run.
import { ensureBuild } from './steps.mjs';

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  audit: async () => (await import('./bench/audit')).benchAudit(),
  bundles: async () => (await import('./bench/bundles')).benchBundles(),
  due: async () => (await import('./bench/due')).benchDue(),
  list: async () => (await import('./bench/list')).benchList(),
  table: async () => (await import('./bench/table')).benchTable(),
  usage: async () => (await import('./bench/usage')).benchUsage(),
};

const named = process.argv.slice(2);
const unknown = named.find((name) => !Object.hasOwn(BENCHES, name));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}
if (!ensureBuild()) process.exit(1);
for (const name of named.length > 0 ? named : Object.keys(BENCHES)) await BENCHES[name]?.();
process.exit(0);
