// An act of the audit as people read it: who did what, with which result.

export type AuditAct = {
  /** The number of the first entry; the outcome's is its own. */
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
  actor: { kind: string; name: string };
  /** The network address; null at the server's own shell. */
  source: string | null;
  action: string;
  target: string;
  account: string | null;
  /** `ok` or the code of a Problem; null while none is on record. */
  outcome: string | null;
  /** Akamai's id of the request. */
  requestId: string | null;
  /** Everything on record: what was known before, and what each outcome added. */
  entries: readonly AuditEntry[];
};

export type AuditEntry = {
  seq: number;
  at: number;
  outcome: string | null;
  detail: unknown;
  hash: string;
};

const ACTION_WORDS: Readonly<Record<string, string>> = {
  'session.create': 'Sign in',
  'session.end': 'Sign out',
  'session.end-all': 'Sign out everywhere',
  'link.claim': 'Use a one-time link',
  'setup.claim': 'Make the first admin',
  'token.list': 'List tokens',
  'token.read': 'Read token',
  'token.create': 'Create token',
  'token.refresh': 'Refresh token',
  'token.revoke': 'Revoke token',
  'bulk.begin': 'Refresh many tokens',
  'bulk.cancel': 'Cancel a refresh of many tokens',
  'deployment.begin': 'Put a token into live versions',
  'deployment.activate': 'Ask for activations',
  'deployment.retry': 'Try an upload again',
  'deployment.cancel': 'Cancel what waits of a deployment',
  'edgeworker.upload': 'Upload a new version',
  'edgeworker.activate': 'Activate a version',
  'usage.scan': 'Scan live EdgeWorkers versions',
  'usage.cancel': 'Cancel a scan',
  'token.retrieve': 'Write tokens file',
  'bundle.inspect': 'Examine bundle',
  'bundle.patch': 'Patch bundle',
  'note.change': 'Note about token',
  'due.acknowledge': 'Acknowledge what is due',
  'due.snooze': 'Snooze what is due',
  'due.show-again': 'Show again what is due',
  'token.review': 'Review token and keep it',
  'rules.read': 'See rules of findings',
  'rules.preview': 'Try rules of findings',
  'rules.change': 'Change rules of findings',
  'metrics.read': 'Read figures',
  'account.change': 'Change an account',
  'connection.read': 'See a connection',
  'connection.check': 'Check a connection',
  'account.change-look': 'Change name and colour',
  'people.read': 'See people',
  'people.change': 'Change people',
  'people.add': 'Add person',
  'people.invite': 'Invite',
  'people.accept': 'Take an invitation',
  'people.withdraw': 'Take an invitation back',
  'people.change-role': 'Change role and limits',
  'people.change-accounts': 'Change roles on accounts',
  'people.disable': 'Disable account',
  'people.enable': 'Enable account',
  'people.delete': 'Delete account',
  'people.reset-link': 'Make a link for another password',
  'people.join-sso': 'Join single sign-on',
  'people.follow-role': 'Role by group',
  'you.read': 'See the own account',
  'you.change': 'Change the own account',
  'you.change-password': 'Change the own password',
  'people.reset-password': 'Set a new password',
  'key.read': 'See keys',
  'key.change': 'Change keys',
  'key.create': 'Create key',
  'key.revoke': 'Revoke key',
  'notice.read': 'See notices',
  'notice.change': 'Change notices',
  'notice.add-channel': 'Add channel of notices',
  'notice.change-channel': 'Change channel of notices',
  'notice.switch-on': 'Switch channel of notices on',
  'notice.switch-off': 'Switch channel of notices off',
  'notice.remove-channel': 'Remove channel of notices',
  'notice.test': 'Test channel of notices',
  'notice.change-ladders': 'Change days of notices',
  'notice.forget-secrets': 'Forget secrets of notices',
  'feed.make': 'Make calendar',
  'feed.revoke': 'Revoke calendar',
  'audit.read': 'Read the audit',
  'audit.export': 'Export the audit',
};

/** An action in words; one without words as it is. */
export function actionWords(action: string): string {
  return Object.hasOwn(ACTION_WORDS, action) ? (ACTION_WORDS[action] ?? action) : action;
}

/** `2026-11-25 23:30:29`, in UTC. A time that no date has is printed as the number it is. */
export function utcTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString().slice(0, 19).replace('T', ' ');
}
