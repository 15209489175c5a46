// Why nothing newer than this can be shown.
import { ProblemPanel } from '@/components/ui/problem-panel';
import type { Problem } from '@/lib/domain/problem';

/** `age` in words. Nothing for what the banner of the page tells already, with the time at which it ends. */
export function StaleData({ problem, age }: { problem: Problem; age: string }) {
  const { code, retryAfterSeconds } = problem;
  const isInBanner = code === 'akamai-rate-limited' || code === 'akamai-unreachable';
  if (isInBanner && retryAfterSeconds !== undefined) return null;
  return (
    <ProblemPanel problem={problem}>
      <p className="text-ink-2">What is shown was read {age}.</p>
    </ProblemPanel>
  );
}
