// What a patch changes, in words.
import { joinWords } from './permissions';
import type { Change } from './tokens-file';

/** A sentence a kind of change: `Replaces namespace-cart (checkout-rw), adds namespace-promo`. Empty for no change. */
export function changeSentence(changes: readonly Change[]): string {
  const of = (kind: Change['kind']) => changes.filter((change) => change.kind === kind);
  const replaced = of('replace').map(({ key, was }) => (was?.token ? `${key} (was ${was.token})` : key));
  const parts = [
    replaced.length > 0 && `replaces ${joinWords(replaced)}`,
    keys(of('add'), 'adds'),
    keys(of('repair'), 'repairs'),
    keys(of('remove'), 'removes'),
    keys(of('keep'), 'leaves as it is'),
  ].filter((part) => part !== false);
  const [first = '', ...rest] = parts;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(', ');
}

function keys(changes: readonly Change[], verb: string): string | false {
  return changes.length > 0 && `${verb} ${joinWords(changes.map(({ key }) => key))}`;
}
