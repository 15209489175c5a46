// The small signs of a token: permission slots, network letters, status, and the ruler to its next date.
import { type Day, daysBetween, distanceInWords, formatDay } from '@/lib/domain/day';
import { type Network, PERMISSIONS, type Permission, permissionWords } from '@/lib/domain/permissions';
import type { NextDate, TokenStatus } from '@/lib/domain/token';
import { visibleText } from '@/lib/domain/visible-text';

/** `r w d` in fixed places, said in words to assistive technology. */
export function Slots({ held }: { held: readonly Permission[] }) {
  return (
    <span className="rwd" aria-hidden="true">
      {PERMISSIONS.map((permission) =>
        held.includes(permission) ? (
          <i key={permission} className={permission}>
            {permission}
          </i>
        ) : (
          <i key={permission} />
        ),
      )}
    </span>
  );
}

export function Permissions({ namespace, held }: { namespace: string; held: readonly Permission[] }) {
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-2">
      <Slots held={held} />
      <code className="truncate text-s">{visibleText(namespace)}</code>
      <span className="sr-only">: {permissionWords(held)}</span>
    </span>
  );
}

export function Networks({ networks }: { networks: Readonly<Record<Network, boolean>> }) {
  const { staging, production } = networks;
  const words =
    [staging && 'staging', production && 'production'].filter(Boolean).join(' and ') || 'no network';
  return (
    <span className="nets" role="img" aria-label={words}>
      <i>{staging && 'S'}</i>
      <i className={production ? 'p' : undefined}>{production && 'P'}</i>
    </span>
  );
}

export const STATUS_WORDS: Record<TokenStatus, string> = {
  active: 'Active',
  activating: 'Activating',
  failed: 'Activation failed',
  expiring: 'Expires soon',
  expired: 'Expired',
};

const STATUS_LOOK: Record<TokenStatus, string> = {
  active: 'text-ink-2 [&_svg]:text-ok',
  activating: 'text-info',
  failed: 'text-danger',
  expiring: 'text-attention',
  expired: 'text-ink-3',
};

/** A shape and a word; a healthy token has no colour but its dot. */
export function Status({ status }: { status: TokenStatus }) {
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap text-m ${STATUS_LOOK[status]}`}>
      <svg viewBox="0 0 12 12" aria-hidden="true" className="size-3 fill-none stroke-current stroke-[1.5]">
        <StatusShape status={status} />
      </svg>
      {STATUS_WORDS[status]}
    </span>
  );
}

function StatusShape({ status }: { status: TokenStatus }) {
  switch (status) {
    case 'active':
      return <circle cx="6" cy="6" r="3.25" className="fill-current stroke-none" />;
    case 'activating':
      return <circle cx="6" cy="6" r="4.25" strokeDasharray="2.2 2.2" />;
    case 'failed':
      return <path d="M6 .9 11.6 10.6H.4z" className="fill-current stroke-none" />;
    case 'expiring':
      return (
        <>
          <circle cx="6" cy="6" r="4.25" />
          <path d="M6 1.75a4.25 4.25 0 0 1 0 8.5z" className="fill-current stroke-none" />
        </>
      );
    case 'expired':
      return (
        <>
          <circle cx="6" cy="6" r="4.25" />
          <path d="M3 9l6-6" />
        </>
      );
  }
}

const RULER_WIDTH = 76;
const RULER_DAYS = 180;

/** Where a day lies on the ruler: its first weeks are wide, because they matter more. */
function rulerX(days: number): number {
  const share = Math.log1p(Math.max(0, Math.min(days, RULER_DAYS)) / 4) / Math.log1p(RULER_DAYS / 4);
  return Math.round((0.5 + share * (RULER_WIDTH - 1)) * 10) / 10;
}

const TICKS = [7, 30, 90].map((days) => `M${rulerX(days)} 5v4`).join('');

/** A day as a dot on a short ruler from today on; without a dot when it does not matter any more. */
export function DayRuler({ days, look, withDot }: { days: number; look: string; withDot: boolean }) {
  return (
    <svg
      viewBox={`0 0 ${RULER_WIDTH} 14`}
      width={RULER_WIDTH}
      height="14"
      aria-hidden="true"
      className={`flex-none stroke-line-strong ${look} max-xl:hidden`}
    >
      <path d={`M.5 7h75M.5 3v8${TICKS}M75.5 5v4`} fill="none" />
      {withDot && (
        <circle
          cx={Math.max(4, Math.min(rulerX(days), 72))}
          cy="7"
          r="3.75"
          className="fill-current stroke-none"
        />
      )}
    </svg>
  );
}

/** The next date in words and on a short ruler with ticks at today, 7, 30 and 90 days. */
export function Until({ next, status, today }: { next: NextDate | null; status: TokenStatus; today: Day }) {
  if (!next) return <span className="text-ink-3">Does not expire</span>;
  const days = daysBetween(today, next.day);
  const isExpired = status === 'expired';
  const isOverdue = days < 0 && !isExpired;
  const look =
    isOverdue || (next.kind === 'expires' && days >= 0 && days <= 7)
      ? 'text-danger'
      : days <= 30 && next.kind === 'expires' && !isExpired
        ? 'text-attention'
        : 'text-ink-2';
  const verb = {
    expires: days < 0 ? 'expired' : 'expires',
    refreshes: days < 0 ? 'refresh was due' : 'refreshes',
  }[next.kind];
  return (
    <span className="grid grid-cols-[auto_1fr] items-center gap-2.5">
      <DayRuler days={days} look={look} withDot={!isExpired} />
      <span className="leading-tight whitespace-nowrap">
        <span className={`block ${look === 'text-ink-2' ? 'text-ink' : look}`}>
          {distanceInWords(today, next.day)}
        </span>
        <span className="text-s text-ink-3">
          {verb} <time dateTime={next.day}>{formatDay(next.day)}</time>
        </span>
      </span>
    </span>
  );
}
