// How an account is told from others at a glance: a name and a colour, never the colour alone.
import { visibleText } from './visible-text';

/** The colours by name. Each is a token of app/globals.css; none of them means a state. */
export const ACCOUNT_COLOURS = ['sky', 'moss', 'plum', 'ochre', 'teal', 'rose', 'indigo', 'clay'] as const;
export type AccountColour = (typeof ACCOUNT_COLOURS)[number];

/** An account as it is shown. */
export type AccountLook = { slug: string; name: string; colour: AccountColour };

/** What an admin chose for an account; null for what follows from its slug. */
export type ChosenLook = { name: string | null; colour: string | null };

const NAME_MAX = 40;

/** The account as it is shown: as chosen, else its slug as the name and a colour that is always the same for it. */
export function accountLook(slug: string, chosen: ChosenLook | undefined): AccountLook {
  const colour = ACCOUNT_COLOURS.find((one) => one === chosen?.colour);
  return { slug, name: chosen?.name ?? slug, colour: colour ?? usualColour(slug) };
}

/** The colour of an account for which none was chosen. */
export function usualColour(slug: string): AccountColour {
  // FNV-1a: short, stable, and spreads names that differ by one letter.
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(slug)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return ACCOUNT_COLOURS[hash % ACCOUNT_COLOURS.length] ?? 'sky';
}

/** A look as a form asks for it, empty texts for the usual; or what is wrong, by field. */
export function readLook(asked: {
  name: string;
  colour: string;
}): ChosenLook | { wrong: Record<string, string[]> } {
  const name = asked.name.trim();
  if ([...name].length > NAME_MAX || visibleText(name) !== name)
    return { wrong: { name: [`A name has at most ${NAME_MAX} characters, all of them visible.`] } };
  const colour = ACCOUNT_COLOURS.find((one) => one === asked.colour);
  if (asked.colour !== '' && !colour) return { wrong: { colour: ['Choose a colour.'] } };
  return { name: name || null, colour: colour ?? null };
}
