'use client';
import type { Route } from 'next';
// A dialog that the server draws open, so that it works without JavaScript; this leaf makes it modal.
// Escape and the close link lead to the same place.
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useRef } from 'react';

type Props = { labelledBy: string; closeHref: Route; children: ReactNode };

export function Modal({ labelledBy, closeHref, children }: Props) {
  const router = useRouter();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (!element || element.matches(':modal')) return;
    element.close();
    element.showModal();
    element.querySelector<HTMLElement>('[data-safe]')?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      open
      role="alertdialog"
      aria-labelledby={labelledBy}
      className="fixed inset-0 z-20 m-auto h-fit max-h-[90dvh] w-[min(34rem,calc(100%-2rem))] overflow-auto rounded-sheet bg-raised p-5 text-ink shadow-float"
      onCancel={(event) => {
        event.preventDefault();
        router.push(closeHref, { scroll: false });
      }}
    >
      {children}
    </dialog>
  );
}
