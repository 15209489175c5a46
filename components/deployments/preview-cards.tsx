// The versions of a preview as one form: each with its new version and a button that downloads it. What the form itself
// does is up to who draws it.
import type { ReactNode } from 'react';
import { Field } from '@/components/ui/field';
import type { FormValues } from '@/lib/domain/form-values';
import type { Problem } from '@/lib/domain/problem';

export type PreviewCard = {
  /** As a form names the live version. */
  base: string;
  /** The field of the new version, and what stands in it; null when the bundle cannot be patched. */
  version: { field: string; suggested: string } | null;
  /** Whether there is a patched bundle to take away. */
  canDownload: boolean;
  /** For names that are read aloud. */
  label: string;
  /** Whether it is among what is uploaded. */
  isSent: boolean;
  heading: ReactNode;
  children: ReactNode;
};

type PreviewCardsProps = {
  cards: readonly PreviewCard[];
  /** Where a form with `download` is answered with that bundle. */
  downloadTo: string;
  account: string;
  token: string;
  replaces: string | null;
  problem?: Problem | null;
  values?: FormValues;
};

export function PreviewCards({
  cards,
  downloadTo,
  account,
  token,
  replaces,
  problem = null,
  values = {},
}: PreviewCardsProps) {
  return (
    <>
      {/* Enter in a field would press the form's first button: it does nothing instead. */}
      <button type="submit" disabled hidden />
      <input type="hidden" name="account" value={account} />
      <input type="hidden" name="token" value={token} />
      {replaces !== null && <input type="hidden" name="replaces" value={replaces} />}
      <div className="border-t border-line">
        {cards.map(({ base, version, canDownload, label, isSent, heading, children }) => (
          <section
            key={base}
            aria-label={label}
            className="grid grid-cols-[minmax(0,1fr)] gap-3 border-b border-line py-4"
          >
            {isSent && <input type="hidden" name="base" value={base} />}
            <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
              <div className="grid min-w-0 flex-[1_1_18rem] gap-0.5">{heading}</div>
              {version && (
                <div className="flex items-end gap-2">
                  <div className="w-44">
                    <Field
                      name={version.field}
                      label="New version"
                      aria-label={`New version of ${label}`}
                      defaultValue={values[version.field]?.[0] ?? version.suggested}
                      errors={problem?.fields?.[version.field]}
                      autoComplete="off"
                      spellCheck={false}
                      required
                    />
                  </div>
                  {canDownload && (
                    <button
                      type="submit"
                      className="button"
                      name="download"
                      value={base}
                      formAction={downloadTo}
                      formMethod="post"
                      formEncType="multipart/form-data"
                    >
                      Download<span className="sr-only"> {label}</span>
                    </button>
                  )}
                </div>
              )}
            </div>
            {children}
          </section>
        ))}
      </div>
    </>
  );
}
