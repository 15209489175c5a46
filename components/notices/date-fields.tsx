// Which kinds of dates, as fields of a form.
import { FieldErrors } from '@/components/ui/field';
import { DUE_KIND_WORDS, DUE_KINDS } from '@/lib/domain/due';

type Props = { chosen: readonly string[]; errors?: readonly string[] | undefined };

export function DateFields({ chosen, errors }: Props) {
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 text-m font-medium">Dates</legend>
      {DUE_KINDS.map((kind) => (
        <label key={kind} className="flex items-center gap-2 text-m">
          <input type="checkbox" name="dates" value={kind} defaultChecked={chosen.includes(kind)} />
          {DUE_KIND_WORDS[kind]}
        </label>
      ))}
      <FieldErrors id="field-dates-errors" errors={errors} />
    </fieldset>
  );
}
