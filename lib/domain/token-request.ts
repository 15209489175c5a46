// The ONE definition of a create request: the form, the service, the HTTP API and the client all use it.
import { z } from 'zod';
import {
  NAME_PATTERN,
  NAMESPACES_MAX,
  type NamespacePermissions,
  orderPermissions,
  PERMISSIONS,
} from './permissions';
import type { AllowedEdgeWorkers } from './token';

export const TOKEN_NAME_MAX = 32;
/** The official CLI's help allows 8 EdgeWorker IDs; the OpenAPI names no maximum. Above it we warn. */
export const EDGEWORKERS_WARN_ABOVE = 8;
/** Akamai allows 200 EdgeWorker IDs in an account. */
const EDGEWORKERS_MAX = 200;

const nameRule = 'Use 1 to 32 letters, digits, _ or -, not starting with -.';

/** A token's name, by Akamai's rule. */
export const tokenNameSchema = z
  .string({ error: 'Give the token a name.' })
  .min(1, 'Give the token a name.')
  .max(TOKEN_NAME_MAX, `A name has at most ${TOKEN_NAME_MAX} characters.`)
  .regex(NAME_PATTERN, nameRule);

const permissionsSchema = z
  .record(
    z.string().regex(NAME_PATTERN, nameRule),
    z
      .array(z.enum(PERMISSIONS, { error: 'A permission is r, w or d.' }))
      .min(1, 'Give each namespace at least one permission.')
      .refine((held) => new Set(held).size === held.length, 'A permission is repeated.'),
  )
  .refine((given) => Object.keys(given).length > 0, 'Give the token at least one permission.')
  .refine(
    (given) => Object.keys(given).length <= NAMESPACES_MAX,
    `A token holds at most ${NAMESPACES_MAX} namespaces.`,
  );

function hasProto(given: unknown): boolean {
  return typeof given === 'object' && given !== null && Object.hasOwn(given, '__proto__');
}

/**
 * A create request in Akamai's own spelling (OpenAPI of EdgeKV), which is also the body of POST /api/v1/tokens.
 * `restrictToEdgeWorkerIds` left out means all EdgeWorkers.
 */
export const tokenRequestSchema = z
  .strictObject({
    name: tokenNameSchema,
    allowOnStaging: z.boolean(),
    allowOnProduction: z.boolean(),
    namespacePermissions: z
      // zod leaves this key out without a word, and the token would have fewer rights than were asked for.
      .custom<unknown>((given) => !hasProto(given), 'A namespace cannot be named __proto__.')
      .pipe(permissionsSchema),
    restrictToEdgeWorkerIds: z
      .array(z.string().regex(/^[1-9]\d{0,9}$/, 'An EdgeWorker ID is a number.'))
      .min(1, 'Pick at least one EdgeWorker, or allow all.')
      .max(EDGEWORKERS_MAX)
      .refine((ids) => new Set(ids).size === ids.length, 'An EdgeWorker ID is repeated.')
      .optional(),
  })
  .refine((request) => request.allowOnStaging || request.allowOnProduction, {
    path: ['networks'],
    message: 'Allow the token on at least one network.',
  });

export type TokenRequest = z.infer<typeof tokenRequestSchema>;

/** The permissions of a request as the domain's map, in the request's order. */
export function requestPermissions(request: TokenRequest): NamespacePermissions {
  return new Map(
    Object.entries(request.namespacePermissions).map(([namespace, held]) => [
      namespace,
      orderPermissions(held),
    ]),
  );
}

/** The EdgeWorkers of a request. */
export function requestEdgeWorkers(request: TokenRequest): AllowedEdgeWorkers {
  return request.restrictToEdgeWorkerIds ?? 'all';
}
