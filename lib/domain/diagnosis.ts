// What the connection doctor concludes: from what was measured and answered to checks in words, each with what to do.
// No word names a host, an address or a credential: those stand in `details`, which admins alone get.
import { type Day, daysBetween } from './day';
import { NETWORKS } from './permissions';
import type { Problem, Result } from './problem';

/** One thing that was tried: done, failed with a code, or not tried because something before it failed. */
export type Step<T> =
  | { state: 'done'; value: T }
  | { state: 'failed'; code: string; value?: T }
  | { state: 'skipped' };

export type Certificate = { issuer: string; ends: Day };

/** What was measured on the way to Akamai. */
export type Path = {
  /** What is dialled, host and port: the proxy if there is one. */
  dialled: string;
  /** The proxy without its credentials; null without one. */
  proxy: string | null;
  lookUp: Step<{ addresses: readonly string[] }>;
  connection: Step<{ ms: number }>;
  /** Null on the way to a plain address of this machine. */
  tls: Step<Certificate> | null;
  /** How far this server's clock is ahead of Akamai's, seconds. */
  clock: Step<{ aheadSeconds: number }>;
};

export type Initialization = Readonly<
  Record<'accountStatus' | 'productionStatus' | 'stagingStatus', 'INITIALIZED' | 'UNINITIALIZED' | 'PENDING'>
>;
export type AccessGroup = { groupName: string; capabilities: readonly string[] };

/** What Akamai answered; null for what was not asked, or not answered in time. */
export type Answers = {
  initialization: Result<Initialization> | null;
  groups: Result<readonly AccessGroup[]> | null;
  edgeWorkers: Result<unknown> | null;
};

export type CheckState = 'ok' | 'attention' | 'failed' | 'skipped';
export type Check = {
  key: string;
  title: string;
  state: CheckState;
  words: string;
  advice: string | null;
  details: readonly { label: string; text: string }[];
};

const NOT_REACHED = 'Not checked, as Akamai was not reached.';
const SOON_DAYS = 14;
/** Akamai refuses a request whose time is further off than this, seconds. */
const SKEW_MAX = 30;
const SKEW_NOTED = 10;

/** All checks of one account, in the order in which one thing needs the other. */
export function diagnose(path: Path, answers: Answers, today: Day): readonly Check[] {
  const signature = signatureCheck(answers);
  const others = [
    grantCheck('edgekv', 'EdgeKV grant', 'EdgeKV', answers.initialization),
    initializedCheck(answers.initialization),
    capabilitiesCheck(answers.groups),
    grantCheck('edgeworkers', 'EdgeWorkers grant', 'EdgeWorkers', answers.edgeWorkers),
  ];
  // All of them fail for the one reason that is told already.
  const isRefused = signature.state === 'failed';
  return [
    lookUpCheck(path),
    connectionCheck(path),
    tlsCheck(path, today),
    clockCheck(path, answers),
    signature,
    ...others.map((one) =>
      isRefused
        ? check(one.key, one.title, 'skipped', 'Not checked, as the credential is not accepted.')
        : one,
    ),
  ];
}

/** The worst state of all checks; `skipped` counts only when nothing else is wrong. */
export function worstState(checks: readonly Check[]): CheckState {
  const states = checks.map(({ state }) => state);
  return (['failed', 'attention', 'skipped'] as const).find((one) => states.includes(one)) ?? 'ok';
}

function check(
  key: string,
  title: string,
  state: CheckState,
  words: string,
  advice: string | null = null,
  details: Record<string, string> = {},
): Check {
  const listed = Object.entries(details).map(([label, text]) => ({ label, text }));
  return { key, title, state, words, advice, details: listed };
}

function lookUpCheck({ proxy, dialled, lookUp }: Path): Check {
  const whose = proxy ? 'the proxy' : 'Akamai';
  const title = 'Name lookup';
  if (lookUp.state === 'done') {
    const details = { Dialled: dialled, Addresses: lookUp.value.addresses.join(', ') };
    return check('name', title, 'ok', `The name of ${whose} has an address.`, null, details);
  }
  const advice = proxy
    ? 'Check the name in HTTPS_PROXY, and DNS on the server.'
    : "Check DNS on the server, and the host in the account's credential.";
  return check('name', title, 'failed', `The name of ${whose} has no address.`, advice, {
    Dialled: dialled,
    ...codeOf(lookUp),
  });
}

function connectionCheck({ proxy, connection }: Path): Check {
  const title = 'Connection';
  const way = proxy ? 'through the proxy of HTTPS_PROXY' : 'without a proxy';
  const details = proxy ? { Proxy: proxy } : {};
  switch (connection.state) {
    case 'done':
      return check('connection', title, 'ok', `Akamai is reached ${way}.`, null, {
        ...details,
        Took: `${connection.value.ms} ms`,
      });
    case 'failed': {
      const advice = proxy
        ? 'Check HTTPS_PROXY: it must let CONNECT through to Akamai on port 443. NO_PROXY names what goes around it.'
        : 'Let the server through the firewall to Akamai on port 443, or set HTTPS_PROXY.';
      const words = connection.code.startsWith('PROXY_')
        ? 'The proxy refuses to connect to Akamai.'
        : `Akamai is not reached ${way}.`;
      return check('connection', title, 'failed', words, advice, { ...details, ...codeOf(connection) });
    }
    case 'skipped':
      return check('connection', title, 'skipped', 'Not tried without an address.', null, details);
  }
}

function tlsCheck({ tls }: Path, today: Day): Check {
  const title = 'TLS';
  if (tls === null)
    return check('tls', title, 'ok', 'Not needed: AKAMAI_ORIGIN is a plain address of this machine.');
  if (tls.state === 'skipped') return check('tls', title, 'skipped', NOT_REACHED);
  const seen = tls.value ? { Issuer: tls.value.issuer, Ends: String(tls.value.ends) } : {};
  if (tls.state === 'failed') {
    const advice =
      'A company proxy may be in between: give its certificate to Node (NODE_EXTRA_CA_CERTS). Nothing is sent until then.';
    const words = 'The certificate is not accepted.';
    return check('tls', title, 'failed', words, advice, { ...seen, ...codeOf(tls) });
  }
  const days = daysBetween(today, tls.value.ends);
  if (days < SOON_DAYS) {
    const words = `The certificate is accepted, but ends in ${days} ${days === 1 ? 'day' : 'days'}.`;
    return check('tls', title, 'attention', words, 'Whoever runs that end has to renew it.', seen);
  }
  return check('tls', title, 'ok', 'The certificate is accepted.', null, seen);
}

function clockCheck({ clock }: Path, { initialization }: Answers): Check {
  const title = 'Clock';
  const advice = "Set the server's clock (NTP).";
  const isRefused = initialization?.ok === false && initialization.problem.code === 'akamai-clock-skew';
  if (clock.state !== 'done') {
    if (isRefused) return check('clock', title, 'failed', 'Akamai refuses the time of this server.', advice);
    const words = clock.state === 'skipped' ? NOT_REACHED : 'Not measured: no answer told the time.';
    return check('clock', title, 'skipped', words, null, codeOf(clock));
  }
  const { aheadSeconds } = clock.value;
  const off = Math.abs(aheadSeconds);
  const words =
    off < 1
      ? "This server's clock is right to the second."
      : `This server's clock is ${off} ${off === 1 ? 'second' : 'seconds'} ${aheadSeconds > 0 ? 'ahead of' : 'behind'} Akamai's.`;
  if (isRefused || off > SKEW_MAX)
    return check('clock', title, 'failed', `${words} Akamai takes ${SKEW_MAX} at most.`, advice);
  return check(
    'clock',
    title,
    off > SKEW_NOTED ? 'attention' : 'ok',
    words,
    off > SKEW_NOTED ? advice : null,
  );
}

/** Answers that come after Akamai took the signature. */
const SIGNED_CODES = ['akamai-grant-missing', 'akamai-forbidden', 'akamai-refused', 'not-found'] as const;

function signatureCheck({ initialization }: Answers): Check {
  const title = 'Credential';
  if (!initialization) return check('signature', title, 'skipped', NOT_REACHED);
  if (initialization.ok || SIGNED_CODES.some((code) => code === initialization.problem.code))
    return check('signature', title, 'ok', 'Akamai accepts the signature of this credential.');
  const { problem } = initialization;
  if (problem.code === 'akamai-clock-skew')
    return check('signature', title, 'skipped', 'Not to be told as long as the clock is wrong.');
  const isRefused = problem.code === 'akamai-signature' || problem.code === 'akamai-inactive-client';
  return fromProblem('signature', title, isRefused ? 'failed' : 'skipped', problem);
}

function grantCheck(key: string, title: string, api: string, answer: Result<unknown> | null): Check {
  if (answer === null) return check(key, title, 'skipped', NOT_REACHED);
  if (answer.ok) return check(key, title, 'ok', `The API client may use ${api}.`);
  const { problem } = answer;
  const without = key === 'edgeworkers' ? ' Without it EdgeWorkers have no names here; tokens work.' : '';
  const state = key === 'edgeworkers' ? 'attention' : 'failed';
  if (problem.code === 'akamai-grant-missing') {
    const advice = `Give the API client access to ${api} in Akamai Control Center.${without}`;
    return check(key, title, state, `The API client has no grant for ${api}.`, advice, requestId(problem));
  }
  if (problem.code === 'akamai-forbidden') {
    const advice = `Check the account switch key, and the role of who made the API client: it keeps the rights of that day.${without}`;
    const words = `The API client may not use ${api} on this account.`;
    return check(key, title, state, words, advice, requestId(problem));
  }
  return fromProblem(key, title, 'skipped', problem);
}

function initializedCheck(answer: Answers['initialization']): Check {
  const [key, title] = ['initialized', 'EdgeKV initialised'];
  if (answer === null) return check(key, title, 'skipped', NOT_REACHED);
  if (!answer.ok) return check(key, title, 'skipped', 'Akamai did not tell.');
  const { accountStatus, stagingStatus, productionStatus } = answer.value;
  const states = [accountStatus, stagingStatus, productionStatus];
  if (states.every((state) => state === 'INITIALIZED'))
    return check(key, title, 'ok', 'EdgeKV is initialised on both networks.');
  if (!states.includes('UNINITIALIZED'))
    return check(key, title, 'attention', 'EdgeKV is being initialised.', 'Check again in a few minutes.');
  const advice = 'Initialise EdgeKV once, in Akamai Control Center or with `akamai edgekv initialize`.';
  return check(
    key,
    title,
    'failed',
    'EdgeKV is not initialised for this account: no call works yet.',
    advice,
  );
}

const VERBS = [
  ['VIEW', 'see'],
  ['CREATE', 'create'],
  ['REVOKE', 'revoke'],
] as const;

/** `see, create` of a group on a network; empty for none. Names of production have no suffix. */
function tokenVerbs(capabilities: readonly string[], network: (typeof NETWORKS)[number]): string[] {
  const middle = network === 'staging' ? '_STAGING' : '';
  return VERBS.filter(([name]) => capabilities.includes(`${name}${middle}_TOKEN`)).map(([, verb]) => verb);
}

function capabilitiesCheck(answer: Answers['groups']): Check {
  const [key, title] = ['capabilities', 'Token rights by access group'];
  if (answer === null) return check(key, title, 'skipped', NOT_REACHED);
  if (!answer.ok) return fromProblem(key, title, 'skipped', answer.problem);
  const groups = answer.value;
  const details = Object.fromEntries(
    groups.map(({ groupName, capabilities }) => [
      groupName,
      NETWORKS.map((network) => {
        const verbs = tokenVerbs(capabilities, network);
        return `${network}: ${verbs.length > 0 ? verbs.join(', ') : 'nothing'}`;
      }).join(' · '),
    ]),
  );
  const missing = NETWORKS.flatMap((network) => {
    const held = new Set(groups.flatMap(({ capabilities }) => tokenVerbs(capabilities, network)));
    const lacking = VERBS.map(([, verb]) => verb).filter((verb) => !held.has(verb));
    return lacking.length > 0 ? [`${lacking.join(', ')} on ${network}`] : [];
  });
  if (missing.length === 0) {
    const words = 'Tokens can be seen, created and revoked on both networks.';
    return check(key, title, 'ok', words, null, details);
  }
  const words = `No access group allows to ${missing.join(', nor to ')}.`;
  const advice =
    'Give the missing rights to the API client in Akamai Control Center; a client made anew copies yours.';
  return check(key, title, 'attention', words, advice, details);
}

function fromProblem(key: string, title: string, state: CheckState, problem: Problem): Check {
  return check(key, title, state, problem.title, problem.detail, requestId(problem));
}

function requestId({ upstream }: Problem): Record<string, string> {
  return upstream?.requestId ? { 'Request id': upstream.requestId } : {};
}

function codeOf(step: Step<unknown>): Record<string, string> {
  return step.state === 'failed' && step.code !== '' ? { Code: step.code } : {};
}
