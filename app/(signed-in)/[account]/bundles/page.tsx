// Patch bundles: choose tokens and a .tgz, take the patched one away. A plain form; with JavaScript it verifies the file.
import type { Metadata } from 'next';
import { BundlePatcher } from '@/components/bundles/bundle-patcher';
import { CodeBlock } from '@/components/ui/code-block';
import { can } from '@/lib/domain/access';
import { dayAt } from '@/lib/domain/day';
import { tokenStatus } from '@/lib/domain/token';
import { currentTime, publicUrl } from '@/lib/services/surroundings';
import { listTokens } from '@/lib/services/tokens';
import { PageFrame, ProblemPage } from '../../page-frame';
import { signedIn } from '../../signed-in';

export const metadata: Metadata = { title: 'Bundles' };

export default async function BundlesPage({ params, searchParams }: PageProps<'/[account]/bundles'>) {
  const account = decodeURIComponent((await params).account);
  const { token } = await searchParams;
  const chosen = [token ?? []].flat();
  const actor = await signedIn(`/${encodeURIComponent(account)}/bundles`);
  const listed = await listTokens(actor, account);
  const day = dayAt(currentTime());
  const query = new URLSearchParams([
    ['account', account],
    ['token', chosen[0] ?? 'TOKEN'],
  ]);
  const curl = [
    'curl --fail-with-body --data-binary @bundle.tgz \\',
    '  -H "Authorization: Bearer $KEY" -H "Content-Type: application/gzip" \\',
    `  "${publicUrl()}/api/v1/bundles/patch?${query}" \\`,
    '  -o bundle.patched.tgz',
  ].join('\n');
  return (
    <PageFrame actor={actor} account={account} section="bundles">
      {!listed.ok ? (
        <ProblemPage title="Bundles" problem={listed.problem} />
      ) : (
        <>
          <div className="mb-5 grid gap-1">
            <h1>Bundles</h1>
            <p className="text-m text-ink-2">
              Your file stays as it is, and nothing of it is kept on the server.
            </p>
          </div>
          {can(actor.level, 'bundle.patch') ? (
            <BundlePatcher
              account={account}
              tokens={listed.value.tokens
                .filter((one) => tokenStatus(one, day) !== 'expired')
                .map((one) => one.name)
                .sort()}
              chosen={chosen}
            />
          ) : (
            <p className="rounded-control border border-info-line bg-info-soft px-3.5 py-2.5 text-m">
              Your role ({actor.level}) may look but not patch. Ask an admin for the role releaser.
            </p>
          )}
          <section aria-labelledby="pipeline" className="mt-10 grid gap-2">
            <h2 id="pipeline">From a pipeline</h2>
            <p className="text-m text-ink-2">
              The same with a key (<code>npm run manage -- key create NAME --role releaser</code>). Anything
              but 200 is a JSON problem and no file.
            </p>
            <CodeBlock title="curl" text={curl} />
          </section>
        </>
      )}
    </PageFrame>
  );
}
