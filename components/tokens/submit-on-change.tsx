'use client';
// A form's submit button; with JavaScript a choice is applied at once, and `/` leads to the search.
import { useEffect, useRef } from 'react';

export function SubmitOnChange() {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const form = button.current?.form;
    const search = form?.querySelector<HTMLInputElement>('input[type="search"]');
    const change = (event: Event) => {
      // A text is applied by Enter or the button: not while somebody types.
      if (event.target !== search) form?.requestSubmit();
    };
    const shortcut = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const isTyping =
        target?.matches('input, textarea, select, [contenteditable], [role="grid"] *') ?? false;
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      search?.focus();
    };
    form?.addEventListener('change', change);
    document.addEventListener('keydown', shortcut);
    return () => {
      form?.removeEventListener('change', change);
      document.removeEventListener('keydown', shortcut);
    };
  }, []);
  return (
    <button ref={button} type="submit" className="button">
      Apply
    </button>
  );
}
