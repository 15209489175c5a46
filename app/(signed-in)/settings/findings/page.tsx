// The rules of findings, for all accounts. A plain GET form shows what other rules would find; only then they are saved.
import type { Metadata } from 'next';
import { SaveRules } from '@/components/settings/save-rules';
import { SettingsNav } from '@/components/settings/settings-nav';
import { FieldErrors } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { can } from '@/lib/domain/access';
import {
  DEFAULT_RULES,
  FINDING_CODES,
  FINDING_REASONS,
  FINDING_WORDS,
  type FindingCode,
  type FindingRules,
  RULE_DAYS,
  readRules,
  sameRules,
} from '@/lib/domain/findings';
import { visibleText } from '@/lib/domain/visible-text';
import { previewFindingRules, type RulePreview, readFindingRules } from '@/lib/services/due-rules';
import { PageFrame, ProblemPage } from '../../page-frame';
import { signedIn } from '../../signed-in';
import { saveRulesAction } from './actions';
import { ruleFields, rulesInput } from './rules-input';

export const metadata: Metadata = { title: 'Findings' };

export default async function FindingsPage({ searchParams }: PageProps<'/settings/findings'>) {
  const actor = await signedIn('/settings/findings');
  const sought = await searchParams;
  const saved = await readFindingRules(actor);
  const inForce = saved.ok ? saved.value : DEFAULT_RULES;
  const given = (name: string) => [sought[name] ?? []].flat();
  const proposed = sought.check === '1' ? readRules(rulesInput(given)) : null;
  const rules = proposed?.ok ? proposed.rules : inForce;
  const preview = await previewFindingRules(actor, rules);
  const problem = saved.ok ? (preview.ok ? null : preview.problem) : saved.problem;
  return (
    <PageFrame actor={actor} section="settings">
      <SettingsNav current="findings" level={actor.level} scope={actor.scope} />
      {problem || !preview.ok ? (
        problem && <ProblemPage title="Findings" problem={problem} />
      ) : (
        <Rules
          rules={rules}
          isChanged={!sameRules(rules, inForce)}
          isSaved={sought.done === 'saved' && proposed === null}
          errors={proposed && !proposed.ok ? proposed.fields : {}}
          preview={preview.value}
          mayChange={can(actor.level, 'rules.change', actor.scope)}
        />
      )}
    </PageFrame>
  );
}

type RulesProps = {
  rules: FindingRules;
  isChanged: boolean;
  isSaved: boolean;
  errors: Readonly<Record<string, readonly string[]>>;
  preview: RulePreview;
  /** An admin with limits may only look. */
  mayChange: boolean;
};

function Rules({ rules, isChanged, isSaved, errors, preview, mayChange }: RulesProps) {
  const { tokens, pending, unread, withoutNamespaces, withoutUsage } = preview;
  return (
    <>
      <div className="mb-5 grid gap-1">
        <h1>Findings</h1>
        <p className="max-w-[44rem] text-m text-ink-2">
          What the Due page and the page of a token name as findings, in all accounts. The counts are of the{' '}
          {tokens} tokens that have not expired, and of expired ones that are used
          {pending > 0 && `; the details of ${pending} are not known yet`}.
          {unread.length > 0 && ` Not read: ${unread.map(visibleText).join(', ')}.`}
          {withoutNamespaces.length > 0 &&
            ` Namespaces could not be read, so that nothing is found about them: ${withoutNamespaces.map(visibleText).join(', ')}.`}
          {withoutUsage.length > 0 &&
            ` No live EdgeWorkers version was scanned yet, so that nothing is found about use: ${withoutUsage.map(visibleText).join(', ')}.`}
        </p>
      </div>
      {isSaved && (
        <div className="mb-5">
          <Notice look="ok" title="The rules were saved." />
        </div>
      )}
      <form className="grid max-w-200 gap-4">
        <input type="hidden" name="check" value="1" />
        <table className="table">
          <caption className="sr-only">Rules of findings</caption>
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col" className="num">
                Tokens
              </th>
            </tr>
          </thead>
          <tbody>
            {FINDING_CODES.map((code) => (
              <RuleRow
                key={code}
                code={code}
                rules={rules}
                errors={errors[`days-${code}`]}
                count={preview.counts.get(code) ?? 0}
              />
            ))}
          </tbody>
        </table>
        <p>
          <button type="submit" className="button">
            See what they would find
          </button>
        </p>
      </form>
      {isChanged && (
        <section aria-labelledby="not-saved" className="mt-6 grid gap-3">
          <h2 id="not-saved">Not saved yet</h2>
          <p className="text-m text-ink-2">
            The counts above are of these rules, which are not in force until they are saved.
          </p>
          {mayChange ? (
            <SaveRules action={saveRulesAction} fields={ruleFields(rules)} />
          ) : (
            <p className="text-m">Only an admin without limits can save them: they hold for all accounts.</p>
          )}
        </section>
      )}
    </>
  );
}

type RuleRowProps = {
  code: FindingCode;
  rules: FindingRules;
  errors: readonly string[] | undefined;
  count: number;
};

function RuleRow({ code, rules, errors, count }: RuleRowProps) {
  const { isOn, days } = rules[code];
  const id = `days-${code}`;
  return (
    <tr>
      <th scope="row" className="py-2!">
        <label className="flex items-start gap-2.5">
          <input
            key={String(isOn)}
            type="checkbox"
            name="on"
            value={code}
            defaultChecked={isOn}
            className="tick mt-0.5"
          />
          <span>
            <span className="block font-medium">{FINDING_WORDS[code]}</span>
            <span className="block text-s text-ink-3">{FINDING_REASONS[code]}</span>
          </span>
        </label>
        {days !== null && (
          <span className="mt-2 ml-6.5 flex flex-wrap items-center gap-2 text-m">
            <label htmlFor={id}>Days</label>
            <input
              key={days}
              id={id}
              name={id}
              inputMode="numeric"
              defaultValue={days}
              aria-invalid={errors !== undefined}
              aria-describedby={errors ? `${id}-errors` : undefined}
              placeholder={`${RULE_DAYS.min} to ${RULE_DAYS.max}`}
              className="box w-24"
            />
            <FieldErrors id={`${id}-errors`} errors={errors} />
          </span>
        )}
      </th>
      <td className={`num align-top whitespace-nowrap py-2! ${isOn ? '' : 'text-ink-3'}`}>
        {isOn ? 'finds' : 'would find'} <b className="font-semibold">{count}</b>
      </td>
    </tr>
  );
}
