// What is wrong, or worth knowing, about the tokens that a bundle uses: their entries, their state, and what they allow.
import { type BundleFinding, distinct, finding, listed, shown } from './bundle-finding';
import { type PlacedUse, readUses, type TokenUseContext } from './bundle-token-use';
import { type Day, daysBetween, formatDay } from './day';
import { NETWORKS, type Network } from './permissions';
import { type AllowedEdgeWorkers, EXPIRING_SOON_DAYS, isReference, type Token, tokenStatus } from './token';
import { UNKNOWN_KEY } from './token-use-words';

type Severity = BundleFinding['severity'];
type Note = (severity: Severity, code: string, text: string) => void;

/**
 * The findings on all uses together; `hasHelper`: whether Akamai's helper is in the bundle to read them. `of` is the uuid of
 * a token: what is wrong with others is left out.
 */
export function tokenFindings(
  uses: readonly PlacedUse[],
  context: TokenUseContext,
  hasHelper: boolean,
  of: string | null = null,
): BundleFinding[] {
  const findings: BundleFinding[] = [];
  const note: Note = (severity, code, text) => findings.push(finding(severity, code, text));
  const read = readUses(uses);
  const isRead = new Set(read);
  const prefixed = new Set(read.filter((use) => use.isPrefixed).map((use) => use.namespace));
  const isMeant = ({ known }: PlacedUse) => of === null || known?.uuid === of;
  for (const use of uses.filter(isMeant)) if (!isRead.has(use)) noteRepeat(use, note);
  for (const use of read.filter(isMeant)) {
    noteEntry(use, prefixed, hasHelper, note);
    noteState(use, context, note);
    noteLimits(use, context, note);
  }
  return distinct([...findings, ...commonFindings(read, context)]);
}

function noteRepeat({ key }: PlacedUse, note: Note): void {
  note(
    'warning',
    'duplicate-key',
    `The entry ${shown(key)} stands more than once: only the last one counts.`,
  );
}

function noteEntry(use: PlacedUse, prefixed: ReadonlySet<string>, hasHelper: boolean, note: Note): void {
  const key = shown(use.key);
  if (!use.isPrefixed && use.key !== UNKNOWN_KEY && (hasHelper || !use.isInlined)) {
    note(
      hasHelper && !prefixed.has(use.namespace) ? 'error' : 'warning',
      'bare-key',
      `The entry ${key} lacks the prefix namespace-: the helper never reads it.`,
    );
  }
  if (use.form === 'both')
    note('warning', 'both-forms', `The entry ${key} has a value and a reference: the helper uses the value.`);
  if (use.form === 'none')
    note('error', 'entry-empty', `The entry ${key} has neither value nor reference: the helper fails.`);
  const isOdd =
    use.form === 'reference'
      ? use.reference !== null && !isReference(use.reference)
      : (use.form === 'value' || use.form === 'both') && use.legacy === null;
  if (isOdd) {
    const words =
      use.form === 'reference' ? 'reference of this entry is no uuid' : 'value of this entry is no JWT';
    note('warning', 'placeholder', `${key}: the ${words}. Is it a placeholder that is filled in later?`);
  }
}

function noteState(use: PlacedUse, { tokens, today }: TokenUseContext, note: Note): void {
  const name = nameOf(use);
  if (use.form === 'none') return;
  noteJwtDates(use, today, note);
  if (tokens === null) return;
  const token = tokenOf(use, tokens);
  if (!token) {
    noteGone(use, tokens, today, note);
    return;
  }
  const status = tokenStatus(token, today);
  if (status === 'expired') note('error', 'token-expired', `${name} has expired.`);
  if (status === 'failed') note('error', 'token-failed', `${name} could not be activated.`);
  if (status === 'activating')
    note('warning', 'token-activating', `${name} is still being activated; EdgeWorkers cannot use it yet.`);
  if (status === 'expiring' && token.expiry)
    note('warning', 'token-expiring', `${name} expires on ${formatDay(token.expiry)}.`);
}

/** A token that the account does not have. A placeholder may become one that it has. */
function noteGone(use: PlacedUse, tokens: readonly Token[], today: Day, note: Note): void {
  const name = nameOf(use);
  if (use.form === 'reference') {
    if (use.reference === null || !isReference(use.reference)) return;
    const isMadeAgain = tokens.some((one) => one.name === use.token);
    const words = isMadeAgain
      ? 'the token of that name has another reference, as it was made again; the bundle needs the new one'
      : 'no token of this account has that reference; it may be revoked';
    note('error', 'token-gone', `${name}: ${words}.`);
  } else if (use.legacy && !(use.legacy.expires && use.legacy.expires < today)) {
    note('warning', 'token-gone', `${name}: no token of this account fits this JWT; it may be revoked.`);
  }
}

/** What the JWT itself says of its end, unless the token that it surely is said so. */
function noteJwtDates(use: PlacedUse, today: Day, note: Note): void {
  const { legacy, known } = use;
  if (!legacy || known?.matchedBy === 'claims') return;
  const name = nameOf(use);
  if (legacy.expires === null) {
    note('info', 'jwt-undated', `The JWT of ${name} names no day of expiry.`);
    return;
  }
  const days = daysBetween(today, legacy.expires);
  const day = formatDay(legacy.expires);
  if (days < 0) note('error', 'jwt-expired', `The JWT of ${name} says that it expired on ${day}.`);
  else if (days <= EXPIRING_SOON_DAYS)
    note('warning', 'jwt-expiring', `The JWT of ${name} says that it expires on ${day}.`);
}

/** What a token may be used for: by the account's word, else by the JWT's own. */
type Limits = {
  subject: string;
  namespaces: readonly string[];
  networks: readonly Network[];
  edgeWorkers: AllowedEdgeWorkers;
};

function limitsOf(use: PlacedUse, tokens: readonly Token[] | null): Limits | null {
  const details = tokens && tokenOf(use, tokens)?.details;
  const networksOf = (networks: Readonly<Record<Network, boolean>>) =>
    NETWORKS.filter((one) => networks[one]);
  if (details) {
    const { permissions, networks, edgeWorkers } = details;
    return {
      subject: nameOf(use),
      namespaces: [...permissions.keys()],
      networks: networksOf(networks),
      edgeWorkers,
    };
  }
  if (!use.legacy) return null;
  const { namespaces, networks, edgeWorkers } = use.legacy;
  return { subject: `The JWT of ${nameOf(use)}`, namespaces, networks: networksOf(networks), edgeWorkers };
}

function noteLimits(use: PlacedUse, { tokens, edgeWorker }: TokenUseContext, note: Note): void {
  const limits = limitsOf(use, tokens);
  if (!limits || use.form === 'none') return;
  const { subject, namespaces, networks, edgeWorkers } = limits;
  // Nobody who has no namespace at all could use a token: then they were not understood.
  if (use.isPrefixed && namespaces.length > 0 && !namespaces.includes(use.namespace))
    note(
      'error',
      'namespace-not-allowed',
      `${subject} has no rights on the namespace ${shown(use.namespace)}.`,
    );
  const [only, other] = networks;
  if (only && !other) note('info', 'one-network', `${subject} works on ${only} only.`);
  if (edgeWorker !== null && edgeWorkers !== 'all' && !edgeWorkers.includes(edgeWorker))
    note('error', 'edgeworker-not-allowed', `${subject} is not allowed for EdgeWorker ${shown(edgeWorker)}.`);
}

/** Limits that fit each token, and not all of them together. */
function commonFindings(
  uses: readonly PlacedUse[],
  { tokens, edgeWorker }: TokenUseContext,
): BundleFinding[] {
  // A namespace may have several entries in code, such as one for each network: one that fits is enough.
  const byNamespace = new Map<string, Limits[]>();
  for (const use of uses) {
    const limits = use.form === 'none' ? null : limitsOf(use, tokens);
    if (limits) byNamespace.set(use.key, [...(byNamespace.get(use.key) ?? []), limits]);
  }
  const all = [...byNamespace.values()];
  const findings: BundleFinding[] = [];
  const networks = all.map((some) => some.flatMap((one) => one.networks));
  const areKnown = networks.every((some) => some.length > 0);
  if (
    all.length > 1 &&
    areKnown &&
    !NETWORKS.some((network) => networks.every((some) => some.includes(network)))
  ) {
    const words = all.flat().map((one) => `${one.subject} on ${one.networks.join(' and ')}`);
    findings.push(
      finding(
        'warning',
        'no-common-network',
        `On no network do all tokens work: ${listed([...new Set(words)])}.`,
      ),
    );
  }
  const restricted = all
    .filter((some) => some.every((one) => one.edgeWorkers !== 'all'))
    .map((some) => new Set(some.flatMap((one) => [...one.edgeWorkers])));
  const [first] = restricted;
  const hasCommon = [...(first ?? [])].some((id) => restricted.every((ids) => ids.has(id)));
  if (edgeWorker === null && restricted.length > 1 && !hasCommon) {
    const names = [...new Set(all.flat().flatMap((one) => (one.edgeWorkers === 'all' ? [] : one.subject)))];
    findings.push(
      finding('warning', 'no-common-edgeworker', `No EdgeWorker may use all of ${listed(names)}.`),
    );
  }
  return findings;
}

function tokenOf({ known }: PlacedUse, tokens: readonly Token[]): Token | null {
  return tokens.find((one) => one.uuid === known?.uuid) ?? null;
}

function nameOf({ known, token, key, path }: PlacedUse): string {
  return shown(known?.name ?? token ?? (key === UNKNOWN_KEY ? `the token in ${path}` : key));
}
