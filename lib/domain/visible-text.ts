// Names come from Akamai, where others may have made them: what is invisible or turns text around is made visible.

/** Control, format, private-use and separator characters as `⟨U+202E⟩`; all other text as it is. */
export function visibleText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `⟨U+${code}⟩`;
  });
}

/** The same for a text of several lines: the ends of its lines stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}
