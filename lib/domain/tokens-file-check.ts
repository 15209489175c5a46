// The last check before a file leaves: it is read again, and must say what was planned and nothing else.
import { tokensFileKey } from './tokens-file-entry';
import { type ParsedEntry, type ParsedTable, parseTable } from './tokens-file-parse';
import { holds, type Plan } from './tokens-file-plan';

/** Whether `text` holds the entries of `before`, in their order, with the plan's changes and its additions behind them. */
export function isAsPlanned(text: string, before: ParsedTable, plan: Plan): boolean {
  const after = parseTable(text);
  if (!after.ok || after.value.isNamed !== before.isNamed) return false;
  const { entries } = after.value;
  const kept = before.entries.filter((one) => !plan.removed.has(one));
  if (entries.length !== kept.length + plan.additions.length) return false;
  return entries.every((found, index) => {
    const old = kept[index];
    const wanted = old ? plan.targets.get(old) : plan.additions[index - kept.length];
    if (wanted) return found.key === tokensFileKey(wanted.namespace) && holds(found, wanted.entry);
    return old !== undefined && isSame(found, old);
  });
}

function isSame(one: ParsedEntry, other: ParsedEntry): boolean {
  return (
    one.key === other.key &&
    one.name?.text === other.name?.text &&
    one.value?.text === other.value?.text &&
    one.reference?.text === other.reference?.text
  );
}
