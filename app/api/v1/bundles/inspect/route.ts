// POST a bundle; the answer tells what it holds and which tokens it uses and, when tokens are named, what a patch would
// change. `validate=true` asks Akamai's own validation too.
import { accountOrFirst } from '@/lib/services/accounts';
import { inspectBundle } from '@/lib/services/bundle-inspection';
import { jsonResponse, problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { ONE_BUNDLE, withUpload } from '@/lib/services/upload';
import { readPatchParameters } from '../patch-parameters';

export async function POST(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const report = await withUpload(request, 'bundle', ONE_BUNDLE, async ({ files, fields }) => {
    const parameters = readPatchParameters(request, fields);
    if (!parameters.ok) return parameters;
    const { tokens, of } = parameters.value;
    const account = await accountOrFirst(actor.value, parameters.value.account);
    // A bundle can be looked at without an account; only the state of its tokens is missing then.
    if (!account.ok && (tokens.length > 0 || account.problem.code !== 'no-credentials')) return account;
    return inspectBundle(actor.value, files[0]?.bytes ?? new Uint8Array(), {
      account: account.ok ? account.value : null,
      tokens,
      ...of(0),
      validate: new URL(request.url).searchParams.get('validate') === 'true',
    });
  });
  return report.ok ? jsonResponse(report.value) : problemResponse(report.problem, request);
}
