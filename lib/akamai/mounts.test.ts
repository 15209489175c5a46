import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { isOnReadOnlyMount, isReadOnlyAt } from './mounts';

// The fields after the options differ from system to system; a super block's own options stand last.
const MOUNTS = [
  '21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
  '22 21 0:21 / /proc rw,nosuid - proc proc rw',
  '30 21 0:40 / /run/secrets ro,relatime - tmpfs tmpfs rw,size=64k',
  '31 21 8:1 /keys/edgerc /etc/desk/edgerc ro,relatime - ext4 /dev/sda1 rw',
  '32 21 0:41 / /var/with\\040blank ro - tmpfs tmpfs rw',
  '33 30 0:42 / /run/secrets/open rw - tmpfs tmpfs rw',
  '34 21 0:43 / /twice rw - tmpfs tmpfs rw',
  '35 34 0:44 / /twice ro - tmpfs tmpfs rw',
  '36 21 0:45 / /robust rw,noatime,errors=remount-ro - ext4 /dev/sdb1 rw',
  '',
].join('\n');

const PLACES: readonly [path: string, isReadOnly: boolean][] = [
  ['/home/desk/.edgerc', false],
  ['/run/secrets/edgerc', true],
  ['/run/secrets/..2026/edgerc', true],
  ['/run/secrets', true],
  ['/run/secretsandmore/edgerc', false],
  ['/run/secrets/open/edgerc', false],
  ['/etc/desk/edgerc', true],
  ['/etc/desk/other', false],
  ['/var/with blank/edgerc', true],
  ['/twice/edgerc', true],
  ['/robust/edgerc', false],
];

for (const [path, isReadOnly] of PLACES) {
  test(`${path} is ${isReadOnly ? '' : 'not '}on a read-only mount`, () => {
    assert.equal(isReadOnlyAt(MOUNTS, path), isReadOnly);
  });
}

test('a list that cannot be read makes no mount read-only', () => {
  for (const text of ['', 'nonsense', '1 2 3', '\n\n', '1 2 3 4 /'])
    assert.equal(isReadOnlyAt(text, '/a'), false);
});

test('a file of this machine is on the mount that the system says', async () => {
  assert.equal(await isOnReadOnlyMount(import.meta.filename), false);
  assert.equal(await isOnReadOnlyMount('/nowhere/at/all'), false);
  assert.equal(existsSync(import.meta.filename), true);
});
