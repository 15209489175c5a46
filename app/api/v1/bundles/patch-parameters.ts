// What the query and the form of a patch say. Each bundle of a form may have options of its own, as JSON in its order.
import { z } from 'zod';
import type { PatchOptions } from '@/lib/domain/bundle';
import { fail, ok, type Result } from '@/lib/domain/problem';

export type PatchParameters = {
  account: string | null;
  tokens: readonly string[];
  /** For the bundle of that number, counted from 0. */
  of: (index: number) => { options: PatchOptions; edgeWorker: string | null };
};

const text = z.string().max(1_000).optional();
const ownSchema = z.array(
  z.strictObject({
    file: text,
    rewrite: z.boolean().optional(),
    stripPrefix: z.boolean().optional(),
    version: text,
    edgeWorker: text,
  }),
);

/** Reads them; the query wins over the form. Problem `bad-request` (400) for options that are no such JSON. */
export function readPatchParameters(request: Request, fields: URLSearchParams): Result<PatchParameters> {
  const query = new URL(request.url).searchParams;
  const one = (name: string): string | null => query.get(name) || fields.get(name) || null;
  const isSet = (name: string) => one(name) === 'true';
  const own = ownSchema.safeParse(parseJson(fields.get('options') ?? '[]'));
  if (!own.success) {
    const words = 'The options of the bundles could not be read.';
    return fail('bad-request', 400, words, 'Nothing was changed.', { fields: { options: [words] } });
  }
  return ok({
    account: one('account'),
    tokens: [...new Set([...query.getAll('token'), ...fields.getAll('token')])],
    of: (index) => {
      const mine = own.data[index] ?? {};
      return {
        options: {
          overwrite: isSet('overwrite'),
          file: mine.file ?? one('file'),
          rewrite: mine.rewrite ?? isSet('rewrite'),
          stripPrefix: mine.stripPrefix ?? isSet('strip-prefix'),
          version: mine.version ?? one('version'),
        },
        edgeWorker: mine.edgeWorker ?? one('edgeworker'),
      };
    },
  });
}

function parseJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return null;
  }
}
