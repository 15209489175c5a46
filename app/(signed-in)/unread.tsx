// Above what stands together of all accounts: each account that is missing there or is old, with the reason.
import { Countdown } from '@/components/ui/countdown';
import { Notice } from '@/components/ui/notice';
import { ProblemPanel } from '@/components/ui/problem-panel';
import type { AccountLook } from '@/lib/domain/account';
import { ageInWords } from '@/lib/domain/age';
import type { Problem, Result } from '@/lib/domain/problem';
import { visibleText } from '@/lib/domain/visible-text';
import { currentTime } from '@/lib/services/surroundings';

type Listed = Result<{ readAt: number; problem: Problem | null }>;
type UnreadProps = {
  all: readonly { account: AccountLook; listed: Listed | null }[];
  /** What is missing: `Its tokens are not in the table`. */
  missing: string;
};

export function Unread({ all, missing }: UnreadProps) {
  const now = currentTime();
  const told = all.flatMap(({ account, listed }) => {
    const { name, slug } = account;
    if (listed === null) {
      const title = `${visibleText(name)} is still being read.`;
      return [<Notice key={slug} look="info" title={title} text={`${missing} yet.`} />];
    }
    const problem = listed.ok ? listed.value.problem : listed.problem;
    if (!problem) return [];
    const titled = { ...problem, title: `${visibleText(name)}: ${problem.title}` };
    return [
      <ProblemPanel key={slug} problem={titled}>
        <p className="text-ink-2">
          {listed.ok
            ? `What is shown of this account was read ${ageInWords(listed.value.readAt, now)}.`
            : `${missing}.`}
          {problem.retryAfterSeconds !== undefined && (
            <>
              {' '}
              Akamai is asked again in{' '}
              <Countdown key={goesOnAt(problem.retryAfterSeconds, now)} seconds={problem.retryAfterSeconds} />
              .
            </>
          )}
        </p>
      </ProblemPanel>,
    ];
  });
  return told.length > 0 && <div className="mb-5 grid gap-3">{told}</div>;
}

/** The second at which it ends: the same one keeps its countdown when the page is drawn again. */
function goesOnAt(seconds: number, now: number): number {
  return Math.round(now / 1000) + seconds;
}
