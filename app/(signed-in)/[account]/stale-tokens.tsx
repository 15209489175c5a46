// On pages that choose among tokens: how old the list of them is, when no newer one can be read.
import { StaleData } from '@/components/tokens/stale-data';
import { ageInWords } from '@/lib/domain/age';
import { currentTime } from '@/lib/services/surroundings';
import type { TokenOverview } from '@/lib/services/tokens';

export function StaleTokens({ listed: { problem, readAt } }: { listed: TokenOverview }) {
  return (
    problem && (
      <div className="mb-5">
        <StaleData problem={problem} age={ageInWords(readAt, currentTime())} />
      </div>
    )
  );
}
