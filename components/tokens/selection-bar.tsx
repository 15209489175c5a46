'use client';
// What can be done with the ticked rows of a table, at the end of its form. Without JavaScript the buttons are all there
// is; with it, they say how many are ticked, and stay in sight while any is.
import type { Route } from 'next';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { useHydrated } from '@/components/ui/use-hydrated';

const BOXES = 'input[name="t"]';

function boxesOf(form: HTMLFormElement | null | undefined): HTMLInputElement[] {
  return [...(form?.querySelectorAll<HTMLInputElement>(BOXES) ?? [])];
}

/** Ticks all rows of the form or none, and tells whoever counts. */
function tickAll(form: HTMLFormElement | null | undefined, isTicked: boolean): void {
  for (const box of boxesOf(form)) box.checked = isTicked;
  form?.dispatchEvent(new Event('change'));
}

/** How many rows of the form that holds `anchor` are ticked, of how many. */
function useTicked(anchor: React.RefObject<HTMLElement | null>): { ticked: number; rows: number } {
  const [counted, setCounted] = useState({ ticked: 0, rows: 0 });
  useEffect(() => {
    const form = anchor.current?.closest('form');
    const count = () => {
      const boxes = boxesOf(form);
      const now = { ticked: boxes.filter((box) => box.checked).length, rows: boxes.length };
      setCounted((before) => (before.ticked === now.ticked && before.rows === now.rows ? before : now));
    };
    // At each drawing: the rows may be others, and the browser brings ticks back by itself.
    count();
    form?.addEventListener('change', count);
    return () => form?.removeEventListener('change', count);
  });
  return counted;
}

/** The checkbox at the head of the column; it needs JavaScript, and is not there without it. */
export function SelectAll() {
  const anchor = useRef<HTMLSpanElement>(null);
  const { ticked, rows } = useTicked(anchor);
  const isHydrated = useHydrated();
  return (
    <span ref={anchor} className="flex">
      {isHydrated ? (
        <input
          type="checkbox"
          className="tick max-cards:hidden"
          aria-label="Select all rows of this page"
          checked={rows > 0 && ticked === rows}
          ref={(box) => {
            if (box) box.indeterminate = ticked > 0 && ticked < rows;
          }}
          onChange={(event) => tickAll(event.currentTarget.form, event.currentTarget.checked)}
        />
      ) : (
        <span className="sr-only">Selection</span>
      )}
    </span>
  );
}

type SelectionBarProps = {
  /** How many tokens match, over all pages. */
  matching: number;
  /** The address of the selection of all of those. */
  allHref: Route;
  exportHref: string;
  runsHref: Route;
  mayRefresh: boolean;
  mayNote: boolean;
};

export function SelectionBar({
  matching,
  allHref,
  exportHref,
  runsHref,
  mayRefresh,
  mayNote,
}: SelectionBarProps) {
  const anchor = useRef<HTMLDivElement>(null);
  const { ticked, rows } = useTicked(anchor);
  const isHydrated = useHydrated();
  const isIdle = isHydrated && ticked === 0;
  return (
    <div
      ref={anchor}
      data-floating={!isIdle}
      className="selection-bar mt-3 flex flex-wrap items-center gap-2 py-2 text-m"
    >
      <p role="status" className="mr-1 text-ink-2">
        {isIdle && <span className="sr-only">None selected</span>}
        {!isHydrated && 'With the selected ones:'}
        {isHydrated && ticked > 0 && (
          <>
            <b className="font-semibold text-ink">{ticked}</b> selected
          </>
        )}
      </p>
      {isHydrated && ticked > 0 && (
        <button
          type="button"
          className="button sm:order-2"
          data-look="plain"
          onClick={(event) => tickAll(event.currentTarget.form, false)}
        >
          Clear
        </button>
      )}
      {!isIdle && (
        <span className="flex flex-wrap gap-2 max-sm:order-2 max-sm:basis-full max-sm:[&_.button]:px-2.5">
          {mayRefresh && <Choice job="refresh">Refresh…</Choice>}
          {mayNote && <Choice job="owner">Owner…</Choice>}
          {mayNote && <Choice job="review">Review by…</Choice>}
          <button type="submit" className="button" formAction={exportHref}>
            CSV
          </button>
        </span>
      )}
      {isIdle && (
        <button
          type="button"
          className="button cards:hidden"
          data-look="plain"
          onClick={(event) => tickAll(event.currentTarget.form, true)}
        >
          Select these {rows}
        </button>
      )}
      <span className="ml-auto flex flex-wrap items-center gap-x-4 gap-y-1 sm:order-3">
        {isIdle && (
          <Link href={runsHref} prefetch={false}>
            Runs
          </Link>
        )}
        {matching > rows && (
          <Link href={allHref} prefetch={false}>
            Select all {matching}
            <span className="sr-only sm:not-sr-only"> that match</span>
          </Link>
        )}
      </span>
    </div>
  );
}

function Choice({ job, children }: { job: string; children: string }) {
  return (
    <button type="submit" className="button" name="job" value={job}>
      {children}
    </button>
  );
}
