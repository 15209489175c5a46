'use client';
// A time that runs down, and then draws the page again until it says something else. Without JavaScript a <meta> does it.
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { minutesAndSeconds } from '@/lib/domain/age';

/** At the end the page is drawn every so many seconds. */
const AGAIN_SECONDS = 2;

/** `seconds` from the moment it is drawn. Another end needs another key. */
export function Countdown({ seconds }: { seconds: number }) {
  const router = useRouter();
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const endsAt = performance.now() + seconds * 1000;
    const timer = setInterval(() => {
      const now = Math.ceil((endsAt - performance.now()) / 1000);
      setLeft(Math.max(0, now));
      if (now <= 0 && now % AGAIN_SECONDS === 0 && document.visibilityState === 'visible') router.refresh();
    }, 1000);
    return () => clearInterval(timer);
  }, [seconds, router]);
  return (
    <>
      {/* Told once, not every second. */}
      <span role="timer" aria-live="off" className="tabular-nums">
        {minutesAndSeconds(left)}
      </span>
      <noscript>
        <meta httpEquiv="refresh" content={String(Math.max(AGAIN_SECONDS, seconds))} />
      </noscript>
    </>
  );
}
