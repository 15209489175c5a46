// The official CLI's command for what a page shows or does, and the same as JSON and curl: people can check us by it.
import { type NamespacePermissions, printPermissions } from './permissions';
import type { TokenRequest } from './token-request';

export type CliSubject = Pick<
  TokenRequest,
  'name' | 'allowOnStaging' | 'allowOnProduction' | 'restrictToEdgeWorkerIds'
> & {
  permissions: NamespacePermissions;
};

/** How the CLI gets to an account. */
export type CliAccount = {
  /** The edgerc section that is the account; null when it is behind an account switch key of the settings. */
  section: string | null;
  /** Whether an account switch key is needed: the CLI reads none from an .edgerc, and would act on another account. */
  needsKey: boolean;
};

/**
 * The options for an account (null: not known). Section `default` is not named. A switch key is a place to fill in: who
 * may not have it gets nowhere.
 */
export function cliOptions(account: CliAccount | null): string {
  const { section, needsKey } = account ?? { section: null, needsKey: false };
  const named = section === 'default' ? [] : [`--section ${section === null ? 'SECTION' : quote(section)}`];
  return [...named, ...(needsKey ? ['--accountkey ACCOUNT_SWITCH_KEY'] : [])].join(' ');
}

/** `akamai edgekv create token …` with the `options` of `cliOptions`. */
export function createCommand(subject: CliSubject, options: string): string {
  return command(options, [
    'create token',
    quote(subject.name || 'NAME'),
    `--staging ${subject.allowOnStaging ? 'allow' : 'deny'}`,
    `--production ${subject.allowOnProduction ? 'allow' : 'deny'}`,
    `--ewids ${quote(edgeWorkers(subject))}`,
    `--namespace ${quote(printPermissions(subject.permissions) || 'NAMESPACE+r')}`,
  ]);
}

/** None picked yet is a place to fill in: `all` would allow what nobody asked for. */
function edgeWorkers({ restrictToEdgeWorkerIds: ids }: CliSubject): string {
  return ids === undefined ? 'all' : ids.join(',') || 'EDGEWORKER_ID';
}

/** `akamai edgekv download|refresh|revoke token NAME`. */
export function tokenCommand(verb: 'download' | 'refresh' | 'revoke', name: string, options: string): string {
  return command(options, [`${verb} token`, quote(name)]);
}

function command(options: string, parts: readonly string[]): string {
  return ['akamai edgekv', ...(options === '' ? [] : [options]), ...parts].join(' ');
}

/** A word for a POSIX shell. */
function quote(word: string): string {
  return /^[A-Za-z0-9_.,/:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
