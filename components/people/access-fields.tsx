// Role and limits of an account or an invitation, as fields of a form.
import { Field, FieldErrors } from '@/components/ui/field';
import { ROLES, type Role } from '@/lib/domain/access';

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'viewer: sees tokens',
  releaser: 'releaser: and patches bundles, retrieves tokens',
  manager: 'manager: and creates and refreshes tokens',
  admin: 'admin: and revokes tokens; people, keys, audit',
};

type Props = {
  role: string;
  namespaces: string;
  stagingOnly: boolean;
  errors?: Readonly<Record<string, readonly string[]>> | undefined;
};

export function AccessFields({ role, namespaces, stagingOnly, errors }: Props) {
  return (
    <>
      <div className="grid content-start gap-1.5">
        <label htmlFor="field-role" className="text-m font-medium">
          Role
        </label>
        <select id="field-role" name="role" defaultValue={role} className="box">
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {ROLE_WORDS[one]}
            </option>
          ))}
        </select>
        <FieldErrors id="field-role-errors" errors={errors?.role} />
      </div>
      <Field
        name="namespaces"
        label="Only these namespaces"
        defaultValue={namespaces}
        placeholder="all"
        hint="Separated by commas. Changes to tokens of other namespaces are refused."
        errors={errors?.namespaces}
      />
      <label className="flex items-center gap-2 text-m">
        <input type="checkbox" name="staging" defaultChecked={stagingOnly} />
        Staging network only
      </label>
    </>
  );
}
