// The HTTP API for machines as an OpenAPI 3.1 document: the one place that tells what its routes take and answer.
import 'server-only';
import { RIGHTS, type Right } from '@/lib/domain/access';
import { DUE_KINDS } from '@/lib/domain/due';
import { DUE_ANSWERED, DUE_SPANS } from '@/lib/domain/due-query';
import { FINDING_CODES } from '@/lib/domain/findings';
import { ok, type Result } from '@/lib/domain/problem';
import { settings } from '@/lib/platform/env';
import { authorize } from './authorize';
import { jsonSchemas, type SchemaName } from './openapi-schemas';
import type { Actor } from './session';

export type JsonSchema = Readonly<Record<string, unknown>>;
type Reference = { $ref: string };
type Content = Readonly<Record<string, { schema: JsonSchema }>>;

export type ApiParameter = {
  name: string;
  in: 'query' | 'path' | 'header';
  required: boolean;
  description: string;
  schema: JsonSchema;
};
export type ApiAnswer = {
  description: string;
  headers?: Readonly<Record<string, Reference>>;
  content?: Content;
};
export type ApiOperation = {
  operationId: string;
  tags: readonly string[];
  summary: string;
  description: string;
  security?: readonly never[];
  parameters: readonly ApiParameter[];
  requestBody?: { required: boolean; content: Content };
  responses: Readonly<Record<string, ApiAnswer>>;
};
export type ApiMethod = 'get' | 'post' | 'delete';
export type ApiDocument = {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  servers: readonly { url: string }[];
  security: readonly Readonly<Record<string, readonly never[]>>[];
  paths: Readonly<Record<string, Readonly<Partial<Record<ApiMethod, ApiOperation>>>>>;
  components: {
    securitySchemes: Readonly<Record<string, JsonSchema>>;
    headers: Readonly<Record<string, { description: string; schema: JsonSchema }>>;
    schemas: Readonly<Record<string, JsonSchema>>;
  };
};

/** The document. Problems: `not-signed-in`, `forbidden`. */
export async function readApiDocument(actor: Actor): Promise<Result<ApiDocument>> {
  const allowed = await authorize(actor, 'app.docs');
  return allowed.ok ? ok(apiDocument(settings().publicUrl)) : allowed;
}

function apiDocument(url: string): ApiDocument {
  return {
    openapi: '3.1.0',
    info: {
      title: 'EdgeKV Token Desk',
      version: '1',
      description:
        'EdgeKV access tokens and EdgeWorkers bundles for machines. Every error is application/problem+json with a ' +
        'stable `code`. A change is sent to Akamai at most once.',
    },
    servers: [{ url }],
    security: [{ key: [] }],
    paths: PATHS,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key that an admin made: `Authorization: Bearer etd_…`.',
        },
      },
      headers: HEADERS,
      schemas: jsonSchemas(),
    },
  };
}

const TEXT: JsonSchema = { type: 'string' };
const FLAG: JsonSchema = { type: 'string', enum: ['true', 'false'] };

const HEADERS = {
  'Repr-Digest': {
    description: 'The SHA-256 of the file (RFC 9530): how a cut download is told from a whole one.',
    schema: { type: 'string', pattern: '^sha-256=:[A-Za-z0-9+/]{43}=:$' },
  },
  'Content-Disposition': { description: 'The name of the file.', schema: TEXT },
  'Bundle-Changes': {
    description:
      'What changed, as `add namespace-cart; replace namespace-promo`, or `none`. Not with a .zip.',
    schema: TEXT,
  },
  'Bundle-Bytes': {
    description: 'The size of the patched bundle. Not with a .zip.',
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
  'Bundle-Tokens-File': {
    description: 'The path of the tokens file in the bundle, percent-encoded. Not with a .zip.',
    schema: TEXT,
  },
  'Retry-After': {
    description: 'Seconds to wait before another try, where that is known.',
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
  'WWW-Authenticate': { description: 'How to sign in.', schema: TEXT },
} as const satisfies ApiDocument['components']['headers'];
type HeaderName = keyof typeof HEADERS;

function headers(...names: HeaderName[]): Readonly<Record<string, Reference>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function json(name: SchemaName, description: string): ApiAnswer {
  return { description, content: { 'application/json': { schema: reference(name) } } };
}

function reference(name: SchemaName): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

const STATUS_WORDS = {
  400: 'The request could not be read, or Akamai refused it as it is.',
  401: 'No key, or one that is unknown, expired or revoked.',
  403: 'The role or the limits do not allow it.',
  404: 'There is no such token or account.',
  409: 'It collides with what is there.',
  410: 'The token has expired.',
  413: 'Too large.',
  415: 'Another Content-Type is needed.',
  422: 'The content is not right; `fields` may say where.',
  429: 'Too many requests.',
  502: 'Akamai refused or failed; `upstream` says how.',
  503: 'Not possible right now.',
  504: 'Akamai did not answer in time. With code `outcome-unknown` the change may have happened.',
} as const;
type ProblemStatus = keyof typeof STATUS_WORDS;

function problems(...statuses: ProblemStatus[]): Record<string, ApiAnswer> {
  const content = { 'application/problem+json': { schema: reference('Problem') } };
  const answerOf = (status: ProblemStatus): ApiAnswer => {
    const told = status === 401 ? headers('WWW-Authenticate') : headers('Retry-After');
    const hasHeaders = status === 401 || status === 429 || status === 503;
    return { description: STATUS_WORDS[status], ...(hasHeaders ? { headers: told } : {}), content };
  };
  return Object.fromEntries(statuses.map((status) => [String(status), answerOf(status)]));
}

/** What any call that asks Akamai may answer. */
const OF_AKAMAI = [401, 403, 404, 429, 502, 503, 504] as const;

function query(name: string, description: string, schema: JsonSchema = TEXT): ApiParameter {
  return { name, in: 'query', required: false, description, schema };
}

const ACCOUNT = query('account', 'The account; the first one when left out.');
const NAME: ApiParameter = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'The name of the token.',
  schema: TEXT,
};
const CONFIRM = query('confirm', 'The name of the token, to revoke it although live versions use it.');
const IDEMPOTENCY_KEY: ApiParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'An id of your own: a repeated call with it gets the outcome of the first.',
  schema: TEXT,
};
const TOKEN = query('token', 'A token by name; repeat it for several.', { type: 'array', items: TEXT });
const OVERWRITE = query('overwrite', 'Replace what another token or value holds.', FLAG);
const PATCH_OPTIONS = [
  ACCOUNT,
  TOKEN,
  OVERWRITE,
  query('file', 'Which tokens file is meant, when there are several.'),
  query('rewrite', 'Write a tokens file anew that cannot be edited safely.', FLAG),
  query('strip-prefix', 'Write names that begin with ./ without it.', FLAG),
  query('version', 'A new version for bundle.json.'),
  query('edgeworker', 'The EdgeWorker that the bundle is for.'),
] as const;

const BINARY_GZIP: JsonSchema = { type: 'string', contentMediaType: 'application/gzip' };
const FORM_FIELDS: JsonSchema = Object.fromEntries(
  ['account', 'token', 'overwrite', 'file', 'rewrite', 'strip-prefix', 'version', 'edgeworker'].map(
    (name) => [name, TEXT],
  ),
);

function bundleBody(bundle: JsonSchema): { required: boolean; content: Content } {
  const form = { type: 'object', required: ['bundle'], properties: { bundle, ...FORM_FIELDS } };
  return {
    required: true,
    content: { 'application/gzip': { schema: BINARY_GZIP }, 'multipart/form-data': { schema: form } },
  };
}

type Asked = Omit<ApiOperation, 'tags' | 'description' | 'parameters'> & {
  description?: string;
  parameters?: readonly ApiParameter[];
};

/** One operation, with the role that it needs in its words. */
function operation(tag: string, right: Right, asked: Asked): ApiOperation {
  const role = RIGHTS[right];
  const need = role === 'guest' ? 'For everybody.' : `Needs the role ${role}.`;
  return {
    ...asked,
    tags: [tag],
    description: [asked.description, need].filter(Boolean).join(' '),
    parameters: asked.parameters ?? [],
    ...(role === 'guest' ? { security: [] } : {}),
  };
}

const PATHS: ApiDocument['paths'] = {
  '/api/v1/bundles/patch': {
    post: operation('Bundles', 'bundle.patch', {
      operationId: 'patchBundle',
      summary: 'Put tokens into a bundle',
      description:
        'The bundle itself as the body, or a form. Several bundles of a form are answered with one .zip, all or none.',
      parameters: [...PATCH_OPTIONS, query('name', 'The file name of a bundle that is sent as the body.')],
      requestBody: bundleBody({ type: 'array', items: BINARY_GZIP, maxItems: 50 }),
      responses: {
        200: {
          description: 'The patched bundle, or a .zip of all.',
          headers: headers(
            'Repr-Digest',
            'Content-Disposition',
            'Bundle-Changes',
            'Bundle-Bytes',
            'Bundle-Tokens-File',
          ),
          content: {
            'application/gzip': { schema: BINARY_GZIP },
            'application/zip': { schema: { type: 'string', contentMediaType: 'application/zip' } },
          },
        },
        ...problems(400, 409, 410, 413, 422, ...OF_AKAMAI),
      },
    }),
  },
  '/api/v1/bundles/inspect': {
    post: operation('Bundles', 'bundle.inspect', {
      operationId: 'inspectBundle',
      summary: 'Look at a bundle',
      description:
        'What it holds, which tokens it uses, what is wrong with it; with `token`, what a patch would change. ' +
        'No value is in the answer. A preview needs the role releaser.',
      parameters: [...PATCH_OPTIONS, query('validate', "Ask Akamai's own validation too.", FLAG)],
      requestBody: bundleBody(BINARY_GZIP),
      responses: {
        200: json('Inspection', 'What was found.'),
        ...problems(400, 409, 410, 413, 422, ...OF_AKAMAI),
      },
    }),
  },
  '/api/v1/tokens': {
    get: operation('Tokens', 'token.list', {
      operationId: 'listTokens',
      summary: 'List the tokens of an account',
      parameters: [ACCOUNT, query('includeExpired', 'Expired ones too.', FLAG)],
      responses: { 200: json('TokenList', 'The tokens, never a value.'), ...problems(...OF_AKAMAI) },
    }),
    post: operation('Tokens', 'token.create', {
      operationId: 'createToken',
      summary: 'Create a token',
      description: "The body is Akamai's own.",
      parameters: [ACCOUNT, IDEMPOTENCY_KEY],
      requestBody: { required: true, content: { 'application/json': { schema: reference('TokenRequest') } } },
      responses: {
        201: json('CreatedToken', 'It was created.'),
        ...problems(400, 409, 413, 415, 422, ...OF_AKAMAI),
      },
    }),
  },
  '/api/v1/tokens/{name}': {
    get: operation('Tokens', 'token.read', {
      operationId: 'readToken',
      summary: 'Read one token',
      parameters: [NAME, ACCOUNT],
      responses: { 200: json('ListedToken', 'The token, never a value.'), ...problems(...OF_AKAMAI) },
    }),
    delete: operation('Tokens', 'token.revoke', {
      operationId: 'revokeToken',
      summary: 'Revoke a token',
      description:
        'It cannot be undone: bundles that hold the token lose access. What is known to use it is looked at again first; when live versions use it, or it cannot be told, the answer is 409 confirm-first unless its name is sent as confirm.',
      parameters: [NAME, ACCOUNT, CONFIRM, IDEMPOTENCY_KEY],
      responses: {
        200: json('RevokedToken', 'It was revoked.'),
        ...problems(400, 409, 410, 422, ...OF_AKAMAI),
      },
    }),
  },
  '/api/v1/tokens/{name}/refresh': {
    post: operation('Tokens', 'token.refresh', {
      operationId: 'refreshToken',
      summary: 'Refresh a token',
      description: 'The reference stays, so no bundle changes.',
      parameters: [NAME, ACCOUNT, IDEMPOTENCY_KEY],
      responses: {
        200: json('RefreshedToken', 'The refresh was started.'),
        ...problems(400, 409, 410, 422, ...OF_AKAMAI),
      },
    }),
  },
  '/api/v1/tokens/{name}/tokens-file': {
    post: operation('Tokens', 'token.retrieve', {
      operationId: 'writeTokensFile',
      summary: 'Put a token into edgekv_tokens.js',
      description: 'The body is the file as it is now, or nothing for a new one.',
      parameters: [NAME, ACCOUNT, OVERWRITE],
      requestBody: {
        required: false,
        content: {
          'text/javascript': { schema: TEXT },
          'multipart/form-data': {
            schema: {
              type: 'object',
              properties: {
                file: { type: 'string', contentMediaType: 'text/javascript' },
                overwrite: FLAG,
              },
            },
          },
        },
      },
      responses: {
        200: {
          description: 'The file with the token in it. It holds the secret of a legacy token.',
          headers: headers('Repr-Digest', 'Content-Disposition'),
          content: { 'text/javascript': { schema: TEXT } },
        },
        ...problems(400, 409, 410, 413, 422, ...OF_AKAMAI),
      },
    }),
  },
  '/api/v1/due': {
    get: operation('Due', 'token.list', {
      operationId: 'listDue',
      summary: 'What is due',
      description: 'Expiries, refreshes, activations, ages and reviews of all tokens of an account.',
      parameters: [
        ACCOUNT,
        query('kind', `Only these kinds, separated by commas: ${DUE_KINDS.join(', ')}.`),
        query('window', 'Until so many days from today, overdue ones included; or no date at all.', {
          type: 'string',
          enum: DUE_SPANS,
        }),
        query('finding', 'Only tokens with this finding.', { type: 'string', enum: FINDING_CODES }),
        query('owner', 'Only tokens of this owner; `none` for tokens without one.'),
        query('answered', 'Only what was acknowledged, snoozed or kept, or only what was not.', {
          type: 'string',
          enum: DUE_ANSWERED,
        }),
      ],
      responses: { 200: json('DueList', 'The dates.'), ...problems(422, ...OF_AKAMAI) },
    }),
  },
  '/api/v1/usage': {
    get: operation('EdgeWorkers', 'usage.read', {
      operationId: 'readUsage',
      summary: 'Which live EdgeWorkers versions use which token',
      description: 'As of the last scan of the live versions.',
      parameters: [ACCOUNT],
      responses: { 200: json('Usage', 'What is known.'), ...problems(...OF_AKAMAI) },
    }),
  },
  '/api/v1/openapi.json': {
    get: operation('Server', 'app.docs', {
      operationId: 'readOpenApi',
      summary: 'This document',
      responses: {
        200: {
          description: 'OpenAPI 3.1.',
          content: {
            'application/json': {
              schema: { type: 'object', required: ['openapi', 'info', 'paths', 'components'] },
            },
          },
        },
        ...problems(401, 403),
      },
    }),
  },
  '/api/metrics': {
    get: operation('Server', 'metrics.read', {
      operationId: 'readMetrics',
      summary: 'Figures for Prometheus',
      responses: {
        200: { description: 'The text format of Prometheus.', content: { 'text/plain': { schema: TEXT } } },
        ...problems(401, 403),
      },
    }),
  },
  '/api/health': {
    get: operation('Server', 'app.health', {
      operationId: 'health',
      summary: 'Whether the process lives',
      responses: { 200: json('Health', 'It lives.') },
    }),
  },
  '/api/ready': {
    get: operation('Server', 'app.health', {
      operationId: 'ready',
      summary: 'Whether the server can work',
      responses: { 200: json('Readiness', 'It can.'), 503: json('Readiness', 'It cannot, and why.') },
    }),
  },
};
