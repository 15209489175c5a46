// The rules as the fields of a form or the parameters of a URL: `on` for each rule that is on, `days-CODE` for its days.
import { FINDING_CODES, type FindingRules, type RulesInput } from '@/lib/domain/findings';

/** Reads the fields; `given` answers all values of a name. */
export function rulesInput(given: (name: string) => readonly string[]): RulesInput {
  const on = new Set(given('on'));
  const of = (code: string) => ({ isOn: on.has(code), days: given(`days-${code}`)[0] ?? null });
  return {
    'used-expired': of('used-expired'),
    'edgeworker-not-allowed': of('edgeworker-not-allowed'),
    'activation-error': of('activation-error'),
    'namespace-gone': of('namespace-gone'),
    'namespace-absent': of('namespace-absent'),
    'all-edgeworkers': of('all-edgeworkers'),
    'delete-right': of('delete-right'),
    'default-namespace': of('default-namespace'),
    'edgeworkers-unused': of('edgeworkers-unused'),
    legacy: of('legacy'),
    unused: of('unused'),
    old: of('old'),
    'no-owner': of('no-owner'),
  };
}

/** The fields that `rulesInput` reads. */
export function ruleFields(rules: FindingRules): (readonly [name: string, value: string])[] {
  return FINDING_CODES.flatMap((code) => {
    const { isOn, days } = rules[code];
    return [
      ...(isOn ? [['on', code] as const] : []),
      ...(days === null ? [] : [[`days-${code}`, String(days)] as const]),
    ];
  });
}
