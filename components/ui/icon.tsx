// Icons from lucide, drawn on the server: 16 px, stroke 1.75, beside a word.
import type { LucideIcon } from 'lucide-react';

export function Icon({ of: Glyph, small }: { of: LucideIcon; small?: boolean }) {
  return <Glyph aria-hidden size={small ? 14 : 16} strokeWidth={1.75} className="flex-none" />;
}
