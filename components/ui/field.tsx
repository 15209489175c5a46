// A labelled text field with its hint and its errors, wired for assistive technology.
import type { InputHTMLAttributes, ReactNode } from 'react';
import { visibleText } from '@/lib/domain/visible-text';

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> & {
  name: string;
  label: string;
  /** What sets the field apart from one of the same name in another form of the page. */
  scope?: string;
  hint?: ReactNode;
  errors?: readonly string[] | undefined;
};

export function Field({ label, scope, hint, errors, ...input }: FieldProps) {
  const id = scope === undefined ? `field-${input.name}` : `field-${input.name}-${scope}`;
  const isBad = errors !== undefined && errors.length > 0;
  const described = [hint ? `${id}-hint` : '', isBad ? `${id}-errors` : ''].filter(Boolean).join(' ');
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-m font-medium">
        {visibleText(label)}
      </label>
      <input
        {...input}
        id={id}
        className="box"
        aria-invalid={isBad}
        aria-describedby={described || undefined}
      />
      {hint && (
        <p id={`${id}-hint`} className="text-s text-ink-3">
          {hint}
        </p>
      )}
      {isBad && <FieldErrors id={`${id}-errors`} errors={errors} />}
    </div>
  );
}

export function FieldErrors({ id, errors }: { id: string; errors: readonly string[] | undefined }) {
  if (!errors || errors.length === 0) return null;
  return (
    <p id={id} className="text-s text-danger">
      {visibleText(errors.join(' '))}
    </p>
  );
}
