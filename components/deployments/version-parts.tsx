// An EdgeWorker and its versions in words.
import { Networks } from '@/components/tokens/marks';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { Network } from '@/lib/domain/permissions';
import { visibleText } from '@/lib/domain/visible-text';

/** `cart-api (4101)`. */
export function edgeWorkerWords({ id, name }: EdgeWorker): string {
  return visibleText(name === '' ? id : `${name} (${id})`);
}

/** Where it is live. */
export function LiveOn({ networks }: { networks: readonly Network[] }) {
  return (
    <Networks
      networks={{ staging: networks.includes('staging'), production: networks.includes('production') }}
    />
  );
}

/** `1 version`, `3 versions`. */
export function versionsWords(count: number): string {
  return count === 1 ? '1 version' : `${count} versions`;
}
