// What a token can do, as the largest text on its page.
import type { Segment } from '@/lib/domain/token-sentence';
import { visibleText } from '@/lib/domain/visible-text';

export function Sentence({ segments }: { segments: readonly Segment[] }) {
  return (
    <p className="text-xl leading-[1.45] text-pretty [overflow-wrap:anywhere]">
      {segments.map((segment, index) => (
        // The position is the identity here: segments are never moved.
        // biome-ignore lint/suspicious/noArrayIndexKey: the list is drawn anew as a whole
        <Piece key={index} segment={segment} />
      ))}
    </p>
  );
}

function Piece({ segment }: { segment: Segment }) {
  const { kind } = segment;
  const text = visibleText(segment.text);
  if (kind === 'strong') return <b className="font-semibold">{text}</b>;
  return kind === 'mono' ? <code className="text-[0.92em]">{text}</code> : text;
}
