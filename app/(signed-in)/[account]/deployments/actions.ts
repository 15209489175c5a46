'use server';
// Uploads of patched live versions, and what comes after them.
import { redirect } from 'next/navigation';
import { deploymentHref } from '@/components/deployments/hrefs';
import { parseBase, versionField } from '@/lib/domain/deployment';
import { NETWORKS } from '@/lib/domain/permissions';
import { fail } from '@/lib/domain/problem';
import { type FormState, field, fields, runAction } from '@/lib/services/action';
import { activateUploaded, beginDeployment, cancelDeployment, retryUpload } from '@/lib/services/deployments';

export async function beginDeploymentAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const account = field(form, 'account');
    const exchange = { token: field(form, 'token'), replaces: field(form, 'replaces') || null };
    const versions = fields(form, 'base').flatMap((text) => {
      const base = parseBase(text);
      return base ? [{ ...base, version: field(form, versionField(base.edgeWorker, base.base)) }] : [];
    });
    const begun = await beginDeployment(actor, account, exchange, versions, field(form, 'attempt'));
    if (begun.ok) redirect(deploymentHref(account, begun.value.id));
    return begun;
  });
}

export async function activateAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const { account, id } = target(form);
    const network = NETWORKS.find((one) => one === field(form, 'network'));
    if (!network)
      return fail('bad-request', 400, 'There is no such network.', 'Nothing was sent. Load the page again.');
    if (network === 'production' && field(form, 'typed').trim() !== network) {
      const advice = 'Nothing was sent. Type the name of the network to confirm.';
      return fail('invalid-fields', 422, 'The typed network is another one.', advice, {
        fields: { typed: [`Type ${network} exactly.`] },
      });
    }
    const asked = await activateUploaded(actor, account, id, { network, note: field(form, 'note') });
    if (asked.ok) redirect(deploymentHref(account, id));
    return asked;
  });
}

export async function retryUploadAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const { account, id } = target(form);
    const position = /^\d{1,3}$/.test(field(form, 'position')) ? Number(field(form, 'position')) : -1;
    const version = field(form, field(form, 'field'));
    const retried = await retryUpload(actor, account, id, { position, version });
    if (retried.ok) redirect(deploymentHref(account, id));
    return retried;
  });
}

export async function cancelDeploymentAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const { account, id } = target(form);
    const cancelled = await cancelDeployment(actor, account, id);
    if (cancelled.ok) redirect(deploymentHref(account, id));
    return cancelled;
  });
}

function target(form: FormData): { account: string; id: string } {
  return { account: field(form, 'account'), id: field(form, 'id') };
}
