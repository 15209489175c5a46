// The frame of signed-out pages: the mark, one narrow column, nothing else.
import type { ReactNode } from 'react';
import { Mark } from './shell';

export function Door({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid min-h-dvh grid-rows-[auto_1fr] bg-surface px-4 py-6 sm:px-7">
      <header className="flex items-center gap-2 font-semibold">
        <Mark />
        Token Desk
      </header>
      <main className="grid w-full max-w-[21rem] content-center gap-5 justify-self-center pb-[10dvh]">
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
