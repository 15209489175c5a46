'use client';
// A bug: the log has it under this id. Nothing of the error itself is shown.
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <main className="mx-auto grid max-w-[30rem] gap-4 px-4 py-16">
      <h1>Something went wrong here</h1>
      <p className="text-m text-ink-2">
        The page could not be drawn. Nothing was changed by it. Try again; if it stays, give the operator this
        id: <code>{error.digest ?? 'unknown'}</code>
      </p>
      <p>
        {/* Asks the server anew, and fetches the scripts of another build if there is one. */}
        <button type="button" className="button" data-look="primary" onClick={() => window.location.reload()}>
          Try again
        </button>
      </p>
    </main>
  );
}
