// Putting a token into live versions: which ones, then what it changes in each, to download or to upload. All of what is
// chosen stands in the URL.

import { ChevronLeft } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { Changes, ChangeWords, Findings, foundIn } from '@/components/bundles/inspection-parts';
import { ChoiceForm, type LiveChoice } from '@/components/deployments/choice-form';
import { UploadForm } from '@/components/deployments/deployment-forms';
import { deploymentHref, newDeploymentHref } from '@/components/deployments/hrefs';
import { type PreviewCard, PreviewCards } from '@/components/deployments/preview-cards';
import { Icon } from '@/components/ui/icon';
import { Notice } from '@/components/ui/notice';
import { edgeWorkersHref, edgeWorkerWords, LiveOn } from '@/components/usage/usage-parts';
import { levelOn } from '@/lib/domain/access';
import { suggestVersion } from '@/lib/domain/bundle-version';
import {
  type BaseVersion,
  canStandIn,
  leftWords,
  parseBase,
  printBase,
  versionField,
  versionsWords,
} from '@/lib/domain/deployment';
import { joinWords } from '@/lib/domain/permissions';
import { tokenStatus } from '@/lib/domain/token';
import type { UsageIndex } from '@/lib/domain/usage';
import { visibleText } from '@/lib/domain/visible-text';
import { type DeploymentPreview, previewDeployment } from '@/lib/services/deployment-preview';
import { uploadsAllowed } from '@/lib/services/deployments';
import type { Actor } from '@/lib/services/session';
import { newAttempt, today } from '@/lib/services/surroundings';
import { listTokens } from '@/lib/services/tokens';
import { readUsage } from '@/lib/services/usage';
import { PageFrame, ProblemPage } from '../../../page-frame';
import { mayOn, signedIn } from '../../../signed-in';
import { StaleTokens } from '../../stale-tokens';
import { beginDeploymentAction } from '../actions';

const TITLE = 'Put a token into live versions';
export const metadata: Metadata = { title: TITLE };

export default async function NewDeploymentPage({
  params,
  searchParams,
}: PageProps<'/[account]/deployments/new'>) {
  const account = decodeURIComponent((await params).account);
  const given = await searchParams;
  const chosen = {
    token: textOf(given.token),
    replaces: textOf(given.replaces),
    versions: basesOf(given.version),
    choose: given.choose !== undefined,
  };
  const actor = await signedIn(newDeploymentHref(account, chosen));
  const { token, versions, choose } = chosen;
  return (
    <PageFrame actor={actor} account={account} section="edgeworkers">
      <Link
        href={deploymentHref(account)}
        prefetch={false}
        className="mb-2 inline-flex min-h-6 items-center gap-1 text-m text-ink-2 no-underline hover:text-ink hover:underline"
      >
        <Icon of={ChevronLeft} small />
        Deployments
      </Link>
      {!mayOn(actor, account, 'bundle.patch') ? (
        <div className="grid gap-4">
          <h1>{TITLE}</h1>
          <Notice
            look="info"
            title={`Your role here (${levelOn(actor.level, actor.scope, account)}) may not patch bundles.`}
            text="Ask an admin for the role releaser."
          />
        </div>
      ) : token === null || versions.length === 0 || choose ? (
        <Choice actor={actor} account={account} {...chosen} />
      ) : (
        <Preview actor={actor} account={account} {...chosen} token={token} />
      )}
    </PageFrame>
  );
}

function textOf(given: string | string[] | undefined): string | null {
  const [first] = [given ?? []].flat();
  return first ? first : null;
}

/** The live versions that the address names, each once. */
function basesOf(given: string | string[] | undefined): readonly BaseVersion[] {
  const texts = new Set([given ?? []].flat());
  return [...texts].flatMap((text) => parseBase(text) ?? []);
}

type Asked = {
  actor: Actor;
  account: string;
  token: string | null;
  replaces: string | null;
  versions: readonly BaseVersion[];
};

async function Choice({ actor, account, token, replaces, versions }: Asked) {
  const [usage, listed] = await Promise.all([
    readUsage(actor, account, 'briefly'),
    listTokens(actor, account, 'briefly'),
  ]);
  if (!usage.ok) return <ProblemPage title={TITLE} problem={usage.problem} />;
  if (!listed.ok) return <ProblemPage title={TITLE} problem={listed.problem} />;
  const { index } = usage.value;
  const base = `/${encodeURIComponent(account)}`;
  const old = listed.value.tokens.find(({ name }) => name === replaces);
  const day = today();
  const usable = listed.value.tokens
    .filter((one) => one.name !== replaces && !['expired', 'failed'].includes(tokenStatus(one, day)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const fits = (one: (typeof usable)[number]) => old !== undefined && canStandIn(one, old);
  const live = choicesOf(index, { replaces, versions });
  const maybe = old ? (index.ofToken.get(old.uuid)?.maybe ?? []) : [];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <div className="grid gap-1">
        <h1>{TITLE}</h1>
        <p className="text-m text-ink-2">
          Choose what goes where. The next page shows every change before anything is made.
        </p>
      </div>
      <StaleTokens listed={listed.value} />
      {token !== null && versions.length === 0 && (
        <Notice look="attention" title="No live version is chosen yet." text="Tick at least one." />
      )}
      {maybe.length > 0 && replaces !== null && (
        <Notice
          look="attention"
          title={`It is not known whether more use ${visibleText(replaces)}.`}
          text={`${visibleText(joinWords([...new Set(maybe.map(({ edgeWorker }) => edgeWorkerWords(edgeWorker)))]))} could not be read so far that it is sure.`}
        />
      )}
      {live.length === 0 ? (
        <Notice
          look="info"
          title="No live version is known."
          text={
            <>
              Scan the <Link href={edgeWorkersHref(account)}>EdgeWorkers</Link> first.
            </>
          }
        />
      ) : (
        <ChoiceForm
          action={newDeploymentHref(account)}
          token={token}
          replaces={replaces}
          tokens={{
            fitting: usable.filter(fits).map(({ name }) => name),
            others: usable.filter((one) => !fits(one)).map(({ name }) => name),
          }}
          held={[
            ...new Set([...live.flatMap(({ tokens }) => tokens), ...(replaces ? [replaces] : [])]),
          ].sort()}
          versions={live}
          duplicateHref={
            old && mayOn(actor, account, 'token.create')
              ? (`${base}/tokens/new?from=${encodeURIComponent(old.name)}` as Route)
              : null
          }
        />
      )}
    </div>
  );
}

/** Each live version once; chosen are those that the address names, else those that hold `replaces`. */
function choicesOf(
  { versions: live }: UsageIndex,
  { replaces, versions }: Pick<Asked, 'replaces' | 'versions'>,
): readonly LiveChoice[] {
  const asked = new Set(versions.map(printBase));
  const found = new Map<string, LiveChoice>();
  for (const { edgeWorker, version, networks, uses } of live) {
    const key = printBase({ edgeWorker: edgeWorker.id, base: version });
    const before = found.get(key);
    const tokens = [
      ...new Set([...(before?.tokens ?? []), ...uses.flatMap(({ known }) => known?.name ?? [])]),
    ];
    const isChosen = asked.size > 0 ? asked.has(key) : replaces !== null && tokens.includes(replaces);
    found.set(key, {
      edgeWorker,
      version,
      networks: [...new Set([...(before?.networks ?? []), ...networks])],
      tokens,
      isChosen,
    });
  }
  return [...found.values()];
}

async function Preview({ actor, account, token, replaces, versions }: Asked & { token: string }) {
  const previewed = await previewDeployment(actor, account, { token, replaces }, versions);
  const again = newDeploymentHref(account, { token, replaces, versions, choose: true });
  if (!previewed.ok)
    return (
      <ProblemPage title={TITLE} problem={previewed.problem}>
        <Link href={again} prefetch={false} className="button">
          Choose again
        </Link>
      </ProblemPage>
    );
  const cards = previewed.value.map((one) => cardOf(one, { token, replaces }));
  const sent = cards.filter(({ isSent }) => isSent).length;
  const form = {
    account,
    token,
    replaces,
    cards,
    downloadTo: `${deploymentHref(account)}/patched`,
  };
  const whyNot = uploadsOffWords(actor, account);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="grid gap-1">
          <h1>
            Put {visibleText(token)} into {versionsWords(cards.length)}
          </h1>
          <p className="text-m text-ink-2">
            {replaces !== null && `In place of ${visibleText(replaces)}. `}What is live now stays live until a
            new version is activated.
          </p>
        </div>
        <Link href={again} prefetch={false} className="button">
          Choose again
        </Link>
      </div>
      {whyNot === null ? (
        <UploadForm
          action={beginDeploymentAction}
          attempt={newAttempt()}
          submit={sent === 0 ? null : sent === 1 ? 'Upload as a new version' : `Upload ${sent} new versions`}
          {...form}
        />
      ) : (
        <>
          <Notice look="info" {...whyNot} />
          <form action={form.downloadTo} method="post" encType="multipart/form-data">
            <PreviewCards {...form} />
          </form>
        </>
      )}
    </div>
  );
}

/** Why bundles can only be downloaded; null when they can be uploaded too. */
function uploadsOffWords(actor: Actor, account: string): { title: string; text: string } | null {
  if (!mayOn(actor, account, 'edgeworker.deploy'))
    return {
      title: `Your role here (${levelOn(actor.level, actor.scope, account)}) may download the patched bundles.`,
      text: 'A manager can also upload and activate them from here.',
    };
  if (uploadsAllowed()) return null;
  return {
    title: 'Uploads are switched off on this server.',
    text: 'Download the bundles and upload them as you are used to. Whoever runs this server can allow uploads with ALLOW_UPLOADS=true.',
  };
}

function cardOf(
  { edgeWorker, version: live, networks, inspection, isPassedOn, lost }: DeploymentPreview,
  { token, replaces }: { token: string; replaces: string | null },
): PreviewCard {
  const base = { edgeWorker: edgeWorker.id, base: live };
  const label = `${edgeWorkerWords(edgeWorker)} ${visibleText(live)}`;
  const preview = inspection.ok && inspection.value.preview?.ok ? inspection.value.preview : null;
  const isChanged = preview?.changes.some(({ kind }) => kind !== 'keep') ?? false;
  const left =
    inspection.ok && preview && replaces !== null
      ? leftWords(inspection.value, preview.changes, { token, replaces })
      : null;
  const unfit = lost.edgeWorker ? `${token} is not allowed for EdgeWorker ${edgeWorker.id}.` : null;
  const why = [unfit, left].filter((one) => one !== null).join(' ');
  const suggested = inspection.ok ? inspection.value.suggestedVersion : null;
  const version = {
    field: versionField(edgeWorker.id, live),
    suggested: suggested ?? suggestVersion(live, new Set([live])),
  };
  return {
    base: printBase(base),
    label,
    version: preview || (isPassedOn && inspection.ok) ? version : null,
    canDownload: preview !== null,
    isSent: isPassedOn ? inspection.ok : isChanged && why === '',
    heading: (
      <>
        <h2 className="flex flex-wrap items-center gap-x-2 [overflow-wrap:anywhere]">
          {edgeWorkerWords(edgeWorker)} <code className="font-normal">{visibleText(live)}</code>
          <LiveOn networks={networks} />
        </h2>
        {preview && isChanged && <ChangeWords {...preview} />}
        {preview && !isChanged && why === '' && (
          <p className="text-m text-ink-2">Nothing would change: it is not uploaded.</p>
        )}
        {why !== '' && <p className="text-m text-danger">It is not uploaded. {visibleText(why)}</p>}
        {why === '' && lost.networks.length > 0 && (
          <p className="text-m text-attention">
            {visibleText(token)} is not allowed on {joinWords(lost.networks)}: the new version cannot be
            activated there.
          </p>
        )}
        {isPassedOn && inspection.ok && (
          <p className="text-m text-ink-2">
            It holds {visibleText(replaces ?? '')} only through an EdgeWorker that it depends on. It is
            uploaded as it is, under a new version that takes up what the other one has live when it is
            activated.
          </p>
        )}
        {!preview && <Refusal inspection={inspection} />}
      </>
    ),
    children: inspection.ok && !isPassedOn && (
      <details open>
        <summary className="button" data-look="plain">
          Changes and checks<span className="sr-only"> of {label}</span>
        </summary>
        <div className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-4">
          <Changes inspection={inspection.value} of={label} />
          <Findings {...foundIn(inspection.value)} />
        </div>
      </details>
    ),
  };
}

/** Why a version cannot be patched. */
function Refusal({ inspection }: Pick<DeploymentPreview, 'inspection'>) {
  const preview = inspection.ok ? inspection.value.preview : null;
  const problem = !inspection.ok ? inspection.problem : preview?.ok === false ? preview.problem : null;
  if (!problem) return null;
  return (
    <p className="text-m text-danger">
      It cannot be patched here. {visibleText(problem.title)}{' '}
      <span className="text-ink-2">{!inspection.ok && visibleText(problem.detail)}</span>
    </p>
  );
}
