// Single sign-on, what needs no provider: the role that groups give, and the words for a sign-in that failed.
import { ROLES, type Role } from './access';

export type GroupRole = { group: string; role: Role };

/** The highest role that `groups` give; null when none of them has one. The group `*` is everybody. */
export function roleOfGroups(groups: readonly string[], roles: readonly GroupRole[]): Role | null {
  const given = roles.filter(({ group }) => group === '*' || groups.includes(group)).map(({ role }) => role);
  return ROLES.findLast((role) => given.includes(role)) ?? null;
}

type Words = { title: string; detail: string };

/** Why nobody was signed in. The code stands in the URL of the sign-in page; the words come from here alone. */
export const SSO_PROBLEMS = {
  'sso-again': {
    title: 'This sign-in is not valid any more.',
    detail: 'It took longer than ten minutes, was used before, or began in another browser. Start it again.',
  },
  'sso-unreachable': {
    title: 'The sign-in provider does not answer.',
    detail: 'Nobody was signed in. Try again in a minute, or tell the operator.',
  },
  'sso-refused': {
    title: 'The sign-in provider refused.',
    detail: 'Nobody was signed in. It was cancelled there, or you may not use this application.',
  },
  'sso-not-accepted': {
    title: 'The answer of the sign-in provider was not accepted.',
    detail: 'Nobody was signed in. Try again; if it stays, the operator finds the reason in the audit.',
  },
  'sso-not-verified': {
    title: 'Your e-mail address is not verified.',
    detail: 'Nobody was signed in. The sign-in provider must confirm your address first.',
  },
  'sso-no-role': {
    title: 'You have no role here.',
    detail: 'Nobody was signed in. Ask an admin to put you into a group that may use Token Desk.',
  },
  'sso-disabled': {
    title: 'This account is disabled.',
    detail: 'Nobody was signed in. Ask an admin.',
  },
  'sso-taken': {
    title: 'This address belongs to somebody else.',
    detail:
      'Nobody was signed in. An account with your address is joined with another identity. Ask an admin.',
  },
  'sso-unavailable': {
    title: 'Nobody can sign in at the moment.',
    detail: 'The server cannot write its records. Tell the operator that the disk may be full.',
  },
} as const satisfies Record<string, Words>;

export type SsoProblem = keyof typeof SSO_PROBLEMS;

/** The words for a code out of a URL; null for any other text. */
export function ssoWords(code: string): Words | null {
  return Object.hasOwn(SSO_PROBLEMS, code) ? SSO_PROBLEMS[code as SsoProblem] : null;
}
