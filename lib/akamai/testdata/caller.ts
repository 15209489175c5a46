// A process of its own that calls Akamai for the tests of faults: so that it trusts the simulator's authority, and its
// memory and sockets are those of the client alone. Started with fork; each message is one call.
import { z } from 'zod';
import { type AkamaiClient, akamaiClient, LIMITS } from '../client';
import { activateVersion, createVersion, downloadVersion, validateBundle } from '../edgeworkers';
import { createToken, getToken, listTokens, refreshToken, revokeToken } from '../tokens';

const asked = {
  name: 'made-here',
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r' as const] },
};

const activation = { network: 'production' as const, version: '2.3.1', note: '' };

const OPERATIONS = {
  list: (client: AkamaiClient) => listTokens(client, { includeExpired: false }),
  get: (client: AkamaiClient) => getToken(client, 'cart-reader'),
  content: (client: AkamaiClient) => downloadVersion(client, '4101', '2.3.1'),
  // A POST that changes nothing.
  validate: (client: AkamaiClient) => validateBundle(client, new Uint8Array([0x1f, 0x8b])),
  create: (client: AkamaiClient) => createToken(client, asked),
  refresh: (client: AkamaiClient) => refreshToken(client, 'cart-reader'),
  revoke: (client: AkamaiClient) => revokeToken(client, 'geo-router'),
  upload: (client: AkamaiClient, bundle: Uint8Array) => createVersion(client, '4101', bundle),
  activate: (client: AkamaiClient) => activateVersion(client, '4101', activation),
};
export type Operation = keyof typeof OPERATIONS;

export type Report = {
  id: number;
  result: unknown;
  ms: number;
  /** How much the process grew at most during the call, bytes. */
  growth: number;
  /** TCP connections of this process, the idle ones of the pool too. */
  sockets: number;
  /** Unhandled rejections and uncaught exceptions since the start. */
  unhandled: number;
  isPolluted: boolean;
};

const orderSchema = z.object({
  id: z.number(),
  operation: z.enum([
    'list',
    'get',
    'content',
    'validate',
    'create',
    'refresh',
    'revoke',
    'upload',
    'activate',
  ]),
  origin: z.string(),
  clientToken: z.string(),
  clientSecret: z.string(),
  accessToken: z.string(),
  host: z.string(),
  /** What is uploaded. */
  bundle: z.instanceof(Uint8Array),
  limits: z.object({
    connectMs: z.number(),
    callMs: z.number(),
    retryMs: z.number(),
    retriesMax: z.number(),
  }),
});
export type Order = z.infer<typeof orderSchema>;

let unhandled = 0;
process.on('unhandledRejection', () => {
  unhandled += 1;
});
process.on('uncaughtException', () => {
  unhandled += 1;
});
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  void answer(orderSchema.parse(message)).then((report) => process.send?.(report));
});

async function answer({ id, operation, origin, limits, bundle, ...credential }: Order): Promise<Report> {
  const client = akamaiClient(
    { section: 'default', accountKey: null, ...credential },
    { origin, accountSwitchKey: null },
    { ...LIMITS, ...limits },
  );
  const before = process.memoryUsage.rss();
  let most = before;
  const sampler = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  const startedAt = performance.now();
  const result = await OPERATIONS[operation](client, bundle);
  const ms = performance.now() - startedAt;
  clearInterval(sampler);
  return {
    id,
    // Bytes are no JSON; nobody asks for them.
    result: result.ok && Buffer.isBuffer(result.value) ? { ok: true } : result,
    ms,
    growth: Math.max(most, process.memoryUsage.rss()) - before,
    sockets: process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length,
    unhandled,
    isPolluted: Reflect.ownKeys(Object.prototype).includes('polluted'),
  };
}
