// A token that somebody is about to ask for: the permission editor's state, as a link, as a form, as a request.
import type { z } from 'zod';
import { dataAccessPolicy, type Namespace } from './namespace';
import {
  NAMESPACES_MAX,
  type NamespacePermissions,
  NETWORKS,
  type Network,
  PERMISSIONS,
  type Permission,
  parsePermissions,
  printPermissions,
  setNamespace,
} from './permissions';
import type { KnownToken } from './token';
import {
  EDGEWORKERS_WARN_ABOVE,
  requestEdgeWorkers,
  requestPermissions,
  TOKEN_NAME_MAX,
  type TokenRequest,
  tokenRequestSchema,
} from './token-request';

export type TokenDraft = {
  name: string;
  networks: Readonly<Record<Network, boolean>>;
  permissions: NamespacePermissions;
  edgeWorkers: { mode: 'all' | 'only'; ids: readonly string[] };
  /** The token it was copied from. */
  from: string | null;
};

export const EMPTY_DRAFT: TokenDraft = {
  name: '',
  networks: { staging: true, production: false },
  permissions: new Map(),
  edgeWorkers: { mode: 'only', ids: [] },
  from: null,
};

type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A draft out of a link: `name=&ns=cart:rwd,default:r&net=s,p&ew=1234,5678&from=TOKEN`. What cannot be read is left out. */
export function draftFromQuery(parameters: Parameters): TokenDraft {
  const get = (key: string): string => {
    const given = parameters[key];
    return (typeof given === 'string' ? given : (given?.[0] ?? '')).slice(0, 4_000);
  };
  const net = parameters.net === undefined ? null : get('net');
  const ew = get('ew');
  return {
    name: get('name').slice(0, TOKEN_NAME_MAX),
    networks: net === null ? EMPTY_DRAFT.networks : { staging: /\bs/.test(net), production: /\bp/.test(net) },
    permissions: parsePermissions(get('ns').replaceAll(' ', '+')) ?? new Map(),
    edgeWorkers: ew === 'all' ? { mode: 'all', ids: [] } : { mode: 'only', ids: readIds(ew) },
    from: get('from') || null,
  };
}

/** The link's query string, without `?`. */
export function draftToQuery({ name, networks, permissions, edgeWorkers, from }: TokenDraft): string {
  const parameters = new URLSearchParams();
  if (name) parameters.set('name', name);
  if (permissions.size > 0) parameters.set('ns', printPermissions(permissions).replaceAll('+', ':'));
  const net = NETWORKS.filter((network) => networks[network]).map((network) => network[0]);
  parameters.set('net', net.join(','));
  if (edgeWorkers.mode === 'all') parameters.set('ew', 'all');
  else if (edgeWorkers.ids.length > 0) parameters.set('ew', edgeWorkers.ids.join(','));
  if (from) parameters.set('from', from);
  return parameters.toString();
}

/** What was asked for once, to be asked for again. */
export function draftFromRequest(request: TokenRequest): TokenDraft {
  const edgeWorkers = requestEdgeWorkers(request);
  return {
    name: request.name,
    networks: { staging: request.allowOnStaging, production: request.allowOnProduction },
    permissions: requestPermissions(request),
    edgeWorkers: edgeWorkers === 'all' ? { mode: 'all', ids: [] } : { mode: 'only', ids: edgeWorkers },
    from: null,
  };
}

/** A copy of `token` to be edited, under the next free name: tokens are immutable, so this is how rights change. */
export function draftFromToken(token: KnownToken, taken: ReadonlySet<string>): TokenDraft {
  const { networks, permissions, edgeWorkers } = token.details;
  return {
    name: nextName(token.name, taken),
    networks,
    permissions,
    edgeWorkers: edgeWorkers === 'all' ? { mode: 'all', ids: [] } : { mode: 'only', ids: edgeWorkers },
    from: token.name,
  };
}

/** `checkout-rw` to `checkout-rw-2`, `checkout-rw-2` to `checkout-rw-3`; within the name's length, and not taken. */
export function nextName(name: string, taken: ReadonlySet<string>): string {
  const [, base = name, number] = /^(.*?)-(\d{1,6})$/.exec(name) ?? [];
  for (let next = number === undefined ? 2 : Number(number) + 1; ; next += 1) {
    const candidate = `${base.slice(0, TOKEN_NAME_MAX - String(next).length - 1)}-${next}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/**
 * A draft out of the form's fields, by name; each permission is a checkbox named `permission` with the value `cart:r`.
 */
export function draftFromValues(values: Readonly<Record<string, readonly string[]>>): TokenDraft {
  const get = (name: string): string => values[name]?.[0] ?? '';
  let permissions: NamespacePermissions = new Map();
  for (const value of values.permission ?? []) {
    const [namespace, letter] = value.split(':');
    const permission = PERMISSIONS.find((one) => one === letter);
    if (namespace && permission) {
      permissions = setNamespace(permissions, namespace, [...(permissions.get(namespace) ?? []), permission]);
    }
  }
  return {
    name: get('name').trim(),
    networks: { staging: get('staging') === 'on', production: get('production') === 'on' },
    permissions,
    edgeWorkers: {
      mode: get('edgeworkers') === 'all' ? 'all' : 'only',
      ids: [...new Set([...(values.edgeworker ?? []), ...readIds(get('edgeworker-ids'))])],
    },
    from: get('from') || null,
  };
}

function readIds(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((id) => /^\d{1,10}$/.test(id)))];
}

export type FieldMessages = Readonly<Record<string, readonly string[]>>;

/** The request that the draft stands for, or what is wrong with it by field (`name`, `networks`, `permissions`, `edgeworkers`). */
export function draftToRequest(
  draft: TokenDraft,
): { ok: true; request: TokenRequest } | { ok: false; fields: FieldMessages } {
  const { name, networks, permissions, edgeWorkers } = draft;
  const parsed = tokenRequestSchema.safeParse({
    name,
    allowOnStaging: networks.staging,
    allowOnProduction: networks.production,
    namespacePermissions: Object.fromEntries(permissions),
    ...(edgeWorkers.mode === 'all' ? {} : { restrictToEdgeWorkerIds: edgeWorkers.ids }),
  });
  if (parsed.success) return { ok: true, request: parsed.data };
  return { ok: false, fields: fieldMessages(parsed.error) };
}

const FORM_FIELDS: Readonly<Record<string, string>> = {
  name: 'name',
  networks: 'networks',
  namespacePermissions: 'permissions',
  restrictToEdgeWorkerIds: 'edgeworkers',
};

function fieldMessages(error: z.ZodError): FieldMessages {
  const messages = new Map<string, string[]>();
  for (const issue of error.issues) {
    const field = FORM_FIELDS[String(issue.path[0])] ?? 'name';
    messages.set(field, [...new Set([...(messages.get(field) ?? []), issue.message])]);
  }
  return Object.fromEntries(messages);
}

/** Something to say about a draft. A `block` keeps it from being asked for; Akamai would refuse it. */
export type DraftNote = { severity: 'block' | 'warning' | 'info'; text: string };

/** What the rules of EdgeKV, and prudence, say about a draft. */
export function checkDraft(draft: TokenDraft, namespaces: readonly Namespace[]): DraftNote[] {
  const notes: DraftNote[] = [];
  const note = (severity: DraftNote['severity'], text: string) => notes.push({ severity, text });
  const on = NETWORKS.filter((network) => draft.networks[network]);
  const chosen = namespaces.filter((namespace) => draft.permissions.has(namespace.name));
  const policies = new Set(
    chosen.map((one) => dataAccessPolicy(one, on)).filter((policy) => policy !== null),
  );
  if (policies.has('mixed') || policies.size > 1) {
    note('block', 'All namespaces of a token must have the same data access policy; these do not.');
  }
  if (draft.permissions.size > NAMESPACES_MAX)
    note('block', `A token holds at most ${NAMESPACES_MAX} namespaces.`);
  for (const network of on) {
    const absent = chosen.filter((namespace) => !namespace.on[network]).map((namespace) => namespace.name);
    if (absent.length > 0) note('warning', `${absent.join(', ')} does not exist on ${network}.`);
  }
  const unknown = [...draft.permissions.keys()].filter(
    (name) => !namespaces.some((one) => one.name === name),
  );
  if (namespaces.length > 0 && unknown.length > 0)
    note('warning', `There is no namespace ${unknown.join(', ')} on either network.`);
  const blind = [...draft.permissions].filter(([, held]) => !held.includes('r')).map(([name]) => name);
  if (blind.length > 0) note('warning', `${blind.join(', ')}: may be changed, but not read.`);
  if (draft.networks.production && holds(draft, 'd')) note('info', 'It may delete data on production.');
  if (draft.networks.production && draft.edgeWorkers.mode === 'all') {
    note('warning', 'All EdgeWorkers of the account may use it on production.');
  }
  if (draft.edgeWorkers.mode === 'only' && draft.edgeWorkers.ids.length > EDGEWORKERS_WARN_ABOVE) {
    note('warning', `More than ${EDGEWORKERS_WARN_ABOVE} EdgeWorkers: the official CLI allows only so many.`);
  }
  return notes;
}

function holds(draft: TokenDraft, permission: Permission): boolean {
  return [...draft.permissions.values()].some((held) => held.includes(permission));
}
