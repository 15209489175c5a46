import assert from 'node:assert/strict';
import test from 'node:test';
import { compareGrant } from './grant-check';
import { parsePermissions } from './permissions';
import type { KnownToken, TokenDetails } from './token';
import type { TokenRequest } from './token-request';

function rights(text: string) {
  return parsePermissions(text) ?? assert.fail(text);
}

const request: TokenRequest = {
  name: 'cart-rw',
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r', 'w'], default: ['r'] },
  restrictToEdgeWorkerIds: ['4101', '20'],
};

function granted(change: Partial<TokenDetails>): KnownToken {
  return {
    name: 'cart-rw',
    uuid: '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10',
    expiry: null,
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: 'complete',
    details: {
      kind: 'auto-refresh',
      cpCode: null,
      networks: { staging: true, production: false },
      permissions: rights('cart+rw,default+r'),
      edgeWorkers: ['4101', '20'],
      ...change,
    },
  };
}

const { restrictToEdgeWorkerIds: _, ...forAll } = request;

test('what was granted as asked has no difference, in whatever order it is told', () => {
  const asAsked: [TokenRequest, Partial<TokenDetails>][] = [
    [request, {}],
    [request, { permissions: rights('default+r,cart+wr'), edgeWorkers: ['20', '4101'] }],
    [
      request,
      {
        permissions: new Map([
          ['default', ['r']],
          ['cart', ['w', 'r']],
        ]),
      },
    ],
    [forAll, { edgeWorkers: 'all' }],
    [{ ...request, allowOnProduction: true }, { networks: { staging: true, production: true } }],
  ];
  for (const [asked, change] of asAsked) assert.deepEqual(compareGrant(asked, granted(change)), []);
});

test('each difference is named, with what was asked and what was granted', () => {
  const table: [TokenRequest, Partial<TokenDetails>, [what: string, asked: string, granted: string]][] = [
    [
      request,
      { networks: { staging: true, production: true } },
      ['Networks', 'staging', 'staging and production'],
    ],
    [request, { networks: { staging: false, production: false } }, ['Networks', 'staging', '']],
    [request, { permissions: rights('cart+r,default+r') }, ['Namespace cart', 'read and write', 'read']],
    [
      request,
      { permissions: rights('cart+rwd,default+r') },
      ['Namespace cart', 'read and write', 'read, write and delete'],
    ],
    [request, { permissions: rights('cart+rw') }, ['Namespace default', 'read', 'nothing']],
    [request, { permissions: rights('cart+rw,default+r,promo+d') }, ['Namespace promo', 'nothing', 'delete']],
    [request, { edgeWorkers: 'all' }, ['EdgeWorkers', '20, 4101', 'all']],
    [request, { edgeWorkers: ['4101'] }, ['EdgeWorkers', '20, 4101', '4101']],
    [request, { edgeWorkers: [] }, ['EdgeWorkers', '20, 4101', '']],
    [forAll, {}, ['EdgeWorkers', 'all', '20, 4101']],
  ];
  for (const [asked, change, [what, wanted, got]] of table) {
    assert.deepEqual(compareGrant(asked, granted(change)), [{ what, asked: wanted, granted: got }]);
  }
});

test('all differences are told at once', () => {
  const other = granted({
    networks: { staging: false, production: true },
    permissions: rights('promo+r'),
    edgeWorkers: 'all',
  });
  assert.deepEqual(
    compareGrant(request, other).map(({ what }) => what),
    ['Networks', 'Namespace cart', 'Namespace default', 'Namespace promo', 'EdgeWorkers'],
  );
});
