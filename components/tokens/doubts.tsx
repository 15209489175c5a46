// Changes whose answer was lost: what is known of each by now, in words.
import type { Route } from 'next';
import Link from 'next/link';
import { Notice } from '@/components/ui/notice';
import { ageInWords } from '@/lib/domain/age';
import { CHANGE_VERBS, type ChangeAction } from '@/lib/domain/doubt';
import { draftFromRequest, draftToQuery } from '@/lib/domain/token-draft';
import type { TokenRequest } from '@/lib/domain/token-request';
import { visibleText } from '@/lib/domain/visible-text';

type Doubt = {
  action: ChangeAction;
  name: string;
  since: number;
  state: 'checking' | 'done' | 'not-done' | 'untold';
  checkedAt: number | null;
  request: TokenRequest | null;
};

type DoubtsProps = {
  doubts: readonly Doubt[];
  /** Milliseconds since 1970. */
  now: number;
  /** The address of the account's tokens. */
  base: string;
  mayCreate: boolean;
  /** Whether each token is named with a link to its page. */
  withLinks: boolean;
};

export function Doubts({ doubts, now, base, mayCreate, withLinks }: DoubtsProps) {
  return doubts
    .toSorted((a, b) => b.since - a.since)
    .map((doubt) => {
      const { action, name, state, request } = doubt;
      const again =
        action === 'token.create' && state === 'not-done' && request && mayCreate
          ? `${base}/new?${draftToQuery(draftFromRequest(request))}`
          : null;
      return (
        <div key={`${action} ${name} ${doubt.since}`} className="grid gap-1.5">
          <Notice {...WORDS[state](doubt, now)} />
          {(withLinks || again) && (
            <p className="flex flex-wrap gap-x-4 text-m">
              {withLinks && (
                <Link href={`${base}/${encodeURIComponent(name)}` as Route} prefetch={false}>
                  Look at {visibleText(name)}
                </Link>
              )}
              {again && (
                <Link href={again as Route} prefetch={false}>
                  Try again with the same permissions
                </Link>
              )}
            </p>
          )}
        </div>
      );
    });
}

type Words = { look: 'ok' | 'info' | 'attention'; title: string; text: string };

const WORDS: Record<Doubt['state'], (doubt: Doubt, now: number) => Words> = {
  checking: ({ action, name, since, checkedAt }, now) => ({
    look: 'info',
    title: `It is not known yet whether ${visibleText(name)} was ${CHANGE_VERBS[action]}.`,
    text: `Akamai's answer was lost ${ageInWords(since, now)}. The token is looked up until that is known${
      checkedAt === null ? '' : `, last ${ageInWords(checkedAt, now)}`
    }. Nothing is sent again.`,
  }),
  done: ({ action, name, since }, now) => ({
    look: 'ok',
    title: `${visibleText(name)} was ${CHANGE_VERBS[action]}.`,
    text: `Akamai's answer was lost ${ageInWords(since, now)}; looking the token up told.`,
  }),
  'not-done': ({ action, name, since }, now) => ({
    look: 'attention',
    title: `${visibleText(name)} was not ${CHANGE_VERBS[action]}.`,
    text: `Akamai's answer was lost ${ageInWords(since, now)}; looking the token up told. You can try again.`,
  }),
  untold: ({ action, name, since }, now) => ({
    look: 'attention',
    title: `It is not known whether ${visibleText(name)} was ${CHANGE_VERBS[action]}.`,
    text: `Akamai's answer was lost ${ageInWords(since, now)}, and looking the token up does not tell. See what it is like before you do it again.`,
  }),
};
