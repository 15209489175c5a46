'use client';
// Draws the page again while something is under way, less and less often. Without JavaScript a <meta> does it.
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';

const FIRST_MS = 800;
const LONGEST_MS = 15_000;

/** `mark` says how far it is: progress starts the back-off anew. */
export function Poll({ mark }: { mark: string }) {
  const router = useRouter();
  const wait = useRef({ mark, ms: FIRST_MS });
  useEffect(() => {
    if (wait.current.mark !== mark) wait.current = { mark, ms: FIRST_MS };
    let timer: ReturnType<typeof setTimeout>;
    const again = () => {
      if (document.visibilityState === 'visible') router.refresh();
      wait.current.ms = Math.min(LONGEST_MS, wait.current.ms * 1.4);
      timer = setTimeout(again, wait.current.ms);
    };
    timer = setTimeout(again, wait.current.ms);
    return () => clearTimeout(timer);
  }, [mark, router]);
  return (
    <noscript>
      <meta httpEquiv="refresh" content="4" />
    </noscript>
  );
}
