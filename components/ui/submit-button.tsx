'use client';
// A submit button that says that its form is under way, and cannot be pressed a second time.
import type { ReactNode } from 'react';
import { useFormStatus } from 'react-dom';

type Props = { children: ReactNode; look?: 'primary' | 'danger' | 'plain'; name?: string; value?: string };

export function SubmitButton({ children, look, name, value }: Props) {
  const { pending } = useFormStatus();
  // aria-disabled and not disabled: the button keeps its focus, and its name and value stay in the form.
  return (
    <button
      type="submit"
      className="button"
      data-look={look}
      name={name}
      value={value}
      aria-disabled={pending}
      onClick={(event) => {
        if (pending) event.preventDefault();
      }}
    >
      {children}
      {pending && <span role="status">…</span>}
    </button>
  );
}
