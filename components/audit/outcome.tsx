// The result of an act, in the colour of its weight.
import { Tag } from '@/components/ui/tag';

/** Nobody knows whether these were carried out. */
const UNSURE = new Set(['outcome-unknown', 'unknown-after-restart']);

export function Outcome({ outcome }: { outcome: string | null }) {
  if (outcome === null) return <Tag look="attention">no outcome yet</Tag>;
  if (outcome === 'ok') return <Tag look="ok">ok</Tag>;
  return <Tag look={UNSURE.has(outcome) ? 'attention' : 'danger'}>{outcome}</Tag>;
}
