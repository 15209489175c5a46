// Why nothing newer than this can be shown.
import { ProblemPanel } from '@/components/ui/problem-panel';
import type { Problem } from '@/lib/domain/problem';

type StaleDataProps = {
  problem: Problem;
  /** In words. */
  age: string;
  /** Whether the page says the age anyway. */
  isAgeTold?: boolean;
};

/** The reason is left to the banner of the page where that tells it already, with the time at which it ends. */
export function StaleData({ problem, age, isAgeTold = false }: StaleDataProps) {
  const { code, retryAfterSeconds } = problem;
  const isInBanner = code === 'akamai-rate-limited' || code === 'akamai-unreachable';
  const words = <p className="text-m text-ink-2">What is shown was read {age}.</p>;
  if (isInBanner && retryAfterSeconds !== undefined) return isAgeTold ? null : words;
  return <ProblemPanel problem={problem}>{words}</ProblemPanel>;
}
