// A process of its own for the proxy's tests, as Node reads the certificates it trusts at its start: one call and one
// probe of the way to BASE; prints both results as JSON.
import { settings } from '@/lib/platform/env';
import { akamaiClient } from '../client';
import { probePath } from '../path-probe';
import { testCredential } from '../test-server';
import { listTokens } from '../tokens';

const [base = ''] = process.argv.slice(2);
const client = akamaiClient(testCredential('proxied'), { origin: base, accountSwitchKey: null });
const listed = await listTokens(client, { includeExpired: false });
const path = await probePath(base, settings().proxies, 5_000);
process.stdout.write(JSON.stringify({ listed, path }));
process.exit(0);
