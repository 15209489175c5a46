// What was typed into a form, as it is given back when the form could not be carried out.

/** By field. */
export type FormValues = Readonly<Record<string, readonly string[]>>;

const FIELDS_MAX = 2_000;
const VALUE_CHARS_MAX = 64 * 1024;

/** What was typed, by field; passwords, secrets and files are left out. */
export function formValues(form: unknown): FormValues {
  if (!(form instanceof FormData)) return {};
  const kept = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of form) {
    count += 1;
    if (count > FIELDS_MAX) break;
    const isKept = typeof value === 'string' && value.length <= VALUE_CHARS_MAX;
    if (!isKept || name.startsWith('$') || /password|secret/i.test(name)) continue;
    kept.set(name, [...(kept.get(name) ?? []), value]);
  }
  return Object.fromEntries(kept);
}
