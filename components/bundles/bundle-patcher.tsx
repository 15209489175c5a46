'use client';
// The patch form. Without JavaScript it posts to the download route as it is; with it, files can be dropped, the answer's
// digest is checked before anything is saved, and a refusal is shown beside what was chosen.
import { type DragEvent, type FormEvent, useRef, useState } from 'react';
import { FormProblem } from '@/components/ui/form-problem';
import type { Problem } from '@/lib/domain/problem';
import { readProblem, saveFile, verifiedBody } from './patch-answer';

type BundlePatcherProps = { account: string; tokens: readonly string[]; chosen: readonly string[] };

type Outcome =
  | { kind: 'none' }
  | { kind: 'working'; name: string }
  | { kind: 'problem'; problem: Problem }
  | { kind: 'done'; name: string; changes: readonly string[]; bytes: number; digest: string };

export function BundlePatcher({ account, tokens, chosen }: BundlePatcherProps) {
  const [picked, setPicked] = useState<readonly string[]>(chosen);
  const [filter, setFilter] = useState('');
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'none' });
  const [fileName, setFileName] = useState('');
  const fileInput = useRef<HTMLInputElement>(null);
  const action = `/api/v1/bundles/patch?account=${encodeURIComponent(account)}`;
  const shown = tokens.filter(
    (name) => name.toLowerCase().includes(filter.toLowerCase()) || picked.includes(name),
  );

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (outcome.kind === 'working') return;
    const form = new FormData(event.currentTarget);
    setOutcome({ kind: 'working', name: fileName });
    setOutcome(await send(action, form));
  };

  const drop = (event: DragEvent) => {
    event.preventDefault();
    const input = fileInput.current;
    if (!input || event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    setFileName(input.files?.[0]?.name ?? '');
    setOutcome({ kind: 'none' });
  };

  return (
    <form
      action={action}
      method="post"
      encType="multipart/form-data"
      onSubmit={submit}
      className="grid gap-5"
    >
      <fieldset className="grid gap-2">
        <legend className="mb-2 text-m font-semibold">1. Tokens to put in</legend>
        <label className="max-w-72">
          <span className="sr-only">Find a token</span>
          <input
            type="search"
            placeholder="Find a token"
            className="box"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          />
        </label>
        <ul className="grid max-h-52 gap-x-4 overflow-y-auto rounded-control border border-line p-2 text-m sm:grid-cols-2 lg:grid-cols-3">
          {shown.map((name) => (
            <li key={name}>
              <label className="flex min-h-7 items-center gap-2">
                <input
                  type="checkbox"
                  name="token"
                  value={name}
                  className="tick"
                  checked={picked.includes(name)}
                  onChange={() =>
                    setPicked(
                      picked.includes(name) ? picked.filter((one) => one !== name) : [...picked, name],
                    )
                  }
                />
                <span className="truncate">{name}</span>
              </label>
            </li>
          ))}
        </ul>
      </fieldset>
      <fieldset>
        <legend className="mb-2 text-m font-semibold">2. The bundle</legend>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the file input inside does the same */}
        <div
          className="flex flex-wrap items-center gap-4 rounded-sheet border border-dashed border-line-control bg-sunken px-5 py-5"
          onDragOver={(event) => event.preventDefault()}
          onDrop={drop}
        >
          <label className="grid gap-1 text-m">
            <span className="font-medium">Drop a .tgz here or choose it</span>
            <input
              ref={fileInput}
              type="file"
              name="bundle"
              accept=".tgz,.tar.gz,.gz,application/gzip"
              required
              onChange={(event) => {
                setFileName(event.target.files?.[0]?.name ?? '');
                setOutcome({ kind: 'none' });
              }}
            />
          </label>
          <span className="text-s text-ink-3">At most 8 MiB; Akamai itself takes 512 KB.</span>
        </div>
      </fieldset>
      <label className="flex min-h-6 items-center gap-2 text-m">
        <input type="checkbox" name="overwrite" value="true" className="tick" />
        Replace entries that other tokens hold
      </label>
      <p>
        <button
          type="submit"
          className="button"
          data-look="primary"
          aria-disabled={outcome.kind === 'working'}
        >
          {outcome.kind === 'working' ? `Patching ${outcome.name} …` : 'Patch and download'}
        </button>
      </p>
      <div aria-live="polite">
        {outcome.kind === 'problem' && <FormProblem problem={outcome.problem} />}
        {outcome.kind === 'done' && <Done outcome={outcome} />}
      </div>
    </form>
  );
}

function Done({ outcome }: { outcome: Extract<Outcome, { kind: 'done' }> }) {
  return (
    <div className="grid gap-1.5 rounded-control border border-ok-line bg-ok-soft px-3.5 py-3 text-m">
      <p>
        <b className="font-semibold">{outcome.name}</b> was patched, verified and saved (
        {Math.ceil(outcome.bytes / 1024)} KB). All other files are byte for byte the same.
      </p>
      <ul className="font-mono text-s">
        {outcome.changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
      <p className="text-s text-ink-2 [overflow-wrap:anywhere]">
        sha-256 <code>{outcome.digest}</code>. Akamai takes it only under a new{' '}
        <code>edgeworker-version</code> in bundle.json.
      </p>
    </div>
  );
}

async function send(action: string, form: FormData): Promise<Outcome> {
  try {
    const answer = await fetch(action, {
      method: 'POST',
      body: form,
      headers: { Accept: 'application/gzip, application/problem+json' },
    });
    if (!answer.ok) return { kind: 'problem', problem: await readProblem(answer) };
    const body = await verifiedBody(answer);
    if (!body) return { kind: 'problem', problem: incomplete() };
    saveFile(body.bytes, body.name);
    const changes = (answer.headers.get('Bundle-Changes') ?? '').split('; ').map(decodeURIComponent);
    return { kind: 'done', name: body.name, changes, bytes: body.bytes.byteLength, digest: body.digest };
  } catch {
    // fetch throws for a cut connection, whatever cut it: nothing was saved.
    return { kind: 'problem', problem: incomplete() };
  }
}

function incomplete(): Problem {
  return {
    code: 'bundle-damaged',
    status: 502,
    title: 'The patched bundle did not arrive whole.',
    detail: 'Nothing was saved. Try again.',
  };
}
