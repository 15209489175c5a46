// The way out of a refusal for a sign-in that is too long ago; nothing for other Problems.
import type { Problem } from '@/lib/domain/problem';

export function SignInAgain({ problem }: { problem: Problem }) {
  if (problem.code !== 'sign-in-again') return null;
  return (
    // In another tab: what is chosen in this one stays.
    <a href="/sign-in?again=1&next=/you" target="_blank" rel="noreferrer" className="text-m">
      Sign in again
    </a>
  );
}
