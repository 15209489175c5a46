// Which tokens a bundle uses, in words.

/** Stands for the key and the namespace of a token in code that does not say what it is for. */
export const UNKNOWN_KEY = '?';

type Use = {
  key: string;
  token: string | null;
  known: { name: string; status: string } | null;
};

/** `Uses cart-rw for namespace-cart (active), a token in the code`. */
export function usesSentence(uses: readonly Use[]): string {
  if (uses.length === 0) return 'Uses no token that was found.';
  const words = uses.map(({ key, token, known }) => {
    const name = known?.name ?? token ?? 'a token';
    const place = key === UNKNOWN_KEY ? 'in the code' : `for ${key}`;
    return known ? `${name} ${place} (${known.status})` : `${name} ${place}`;
  });
  return `Uses ${words.join(', ')}`;
}
