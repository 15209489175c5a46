// The official CLI's command for what a page shows or does, and the same as JSON and curl: people can check us by it.
import { type NamespacePermissions, printPermissions } from './permissions';
import type { TokenRequest } from './token-request';

export type CliSubject = Pick<
  TokenRequest,
  'name' | 'allowOnStaging' | 'allowOnProduction' | 'restrictToEdgeWorkerIds'
> & {
  permissions: NamespacePermissions;
};

/** `akamai edgekv create token …`. `section` is the edgerc section; `default` is not named. */
export function createCommand(subject: CliSubject, section: string): string {
  return command(section, [
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
export function tokenCommand(verb: 'download' | 'refresh' | 'revoke', name: string, section: string): string {
  return command(section, [`${verb} token`, quote(name)]);
}

function command(section: string, parts: readonly string[]): string {
  const options = section === 'default' ? [] : [`--section ${quote(section)}`];
  return ['akamai edgekv', ...options, ...parts].join(' ');
}

/** A word for a POSIX shell. */
function quote(word: string): string {
  return /^[A-Za-z0-9_.,/:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
