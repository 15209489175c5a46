// A process of its own for the proxy's tests, as Node reads the certificates it trusts at its start: one call and
// PROBES probes of the way to BASE, 10 at once; prints the result of the call and that of the last probe as JSON.
import { settings } from '@/lib/platform/env';
import { akamaiClient } from '../client';
import { probePath } from '../path-probe';
import { testCredential } from '../test-server';
import { listTokens } from '../tokens';

const [base = '', probes = '1'] = process.argv.slice(2);
const AT_ONCE = 10;
const client = akamaiClient(testCredential('proxied'), { origin: base, accountSwitchKey: null });
const listed = await listTokens(client, { includeExpired: false });
const paths = [];
for (let left = Number(probes); left > 0; left -= AT_ONCE) {
  const some = Array.from({ length: Math.min(left, AT_ONCE) }, () =>
    probePath(base, settings().proxies, 5_000),
  );
  paths.push(...(await Promise.all(some)));
}
process.stdout.write(JSON.stringify({ listed, path: paths.at(-1) }));
process.exit(0);
