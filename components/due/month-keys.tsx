'use client';
// The keyboard of the calendar, over a table that the server drew: until this runs each day is a link of its own. It
// makes the table one grid of buttons, of which one is in the tab order.
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { parseDay } from '@/lib/domain/day';
import { dayAfterKey } from '@/lib/domain/month';

/** The day that gets the focus once its month is drawn. */
let awaited: string | null = null;

/** `path` and `search` are the address of the page; the month is put into it. */
export function MonthKeys({ path, search, children }: { path: string; search: string; children: ReactNode }) {
  const router = useRouter();
  const frame = useRef<HTMLDivElement>(null);

  // After each drawing: React keeps what it did not set itself, and new days come without.
  useEffect(() => {
    const days = daysIn(frame.current);
    frame.current?.querySelector('table')?.setAttribute('role', 'grid');
    const active = days.find((day) => day === document.activeElement);
    const wanted = days.find((day) => day.dataset.day === awaited);
    const marked = (name: string) => days.find((day) => name in day.dataset);
    const current = wanted ?? active ?? marked('chosen') ?? marked('today') ?? marked('due') ?? days[0];
    for (const day of days) {
      day.setAttribute('role', 'button');
      day.setAttribute('aria-pressed', String('chosen' in day.dataset));
      day.tabIndex = day === current ? 0 : -1;
    }
    if (!wanted) return;
    wanted.focus();
    awaited = null;
  });

  const press = (event: KeyboardEvent) => {
    const from = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-day]') : null;
    const day = parseDay(from?.dataset.day ?? '');
    if (!from || !day) return;
    if (event.key === ' ') {
      event.preventDefault();
      from.click();
      return;
    }
    const next = dayAfterKey(day, event);
    if (next === null) return;
    event.preventDefault();
    const days = daysIn(frame.current);
    const target = days.find((one) => one.dataset.day === next);
    if (target) {
      for (const one of days) one.tabIndex = one === target ? 0 : -1;
      target.focus();
      return;
    }
    awaited = next;
    const parameters = new URLSearchParams(search);
    parameters.delete('day');
    parameters.set('month', next.slice(0, 7));
    router.push(`${path}?${parameters}` as Route, { scroll: false });
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the grid inside takes the keys; this only listens
    <div ref={frame} onKeyDown={press}>
      {children}
    </div>
  );
}

function daysIn(frame: HTMLElement | null): HTMLElement[] {
  return [...(frame?.querySelectorAll<HTMLElement>('[data-day]') ?? [])];
}
