// The HTTP API for people: the document of /api/v1/openapi.json, drawn.
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { CodeBlock } from '@/components/ui/code-block';
import { Tag } from '@/components/ui/tag';
import { can } from '@/lib/domain/access';
import {
  type ApiDocument,
  type ApiOperation,
  type ApiParameter,
  type JsonSchema,
  readApiDocument,
} from '@/lib/services/openapi';
import { PageFrame, ProblemPage } from '../page-frame';
import { signedIn } from '../signed-in';

export const metadata: Metadata = { title: 'HTTP API' };

export default async function ApiDocsPage() {
  const actor = await signedIn('/api-docs');
  const document = await readApiDocument(actor);
  return (
    <PageFrame actor={actor} section="api">
      {document.ok ? (
        <Document document={document.value} mayMakeKeys={can(actor.level, 'key.change')} />
      ) : (
        <ProblemPage title="HTTP API" problem={document.problem} />
      )}
    </PageFrame>
  );
}

type Listed = { method: string; path: string; operation: ApiOperation };

function operationsOf({ paths }: ApiDocument): Listed[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function Document({ document, mayMakeKeys }: { document: ApiDocument; mayMakeKeys: boolean }) {
  const operations = operationsOf(document);
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const [server] = document.servers;
  return (
    <div className="grid grid-cols-1 gap-8">
      <div className="grid grid-cols-1 gap-2">
        <h1>HTTP API</h1>
        <p className="max-w-[44rem] text-m text-ink-2">{inCode(document.info.description)}</p>
        <p className="max-w-[44rem] text-m text-ink-2">
          Send a key with each call: <code>Authorization: Bearer etd_…</code>{' '}
          {mayMakeKeys ? (
            <>
              Keys are made on the page{' '}
              <Link href={'/keys' as Route} prefetch={false}>
                Keys
              </Link>
              .
            </>
          ) : (
            'Ask an admin for one.'
          )}{' '}
          This page as OpenAPI 3.1: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>
        </p>
        <CodeBlock
          title="curl"
          text={`curl --fail-with-body -H "Authorization: Bearer $KEY" "${server?.url}/api/v1/tokens"`}
        />
      </div>
      {tags.map((tag) => (
        <section key={tag} aria-labelledby={`tag-${tag}`} className="grid grid-cols-1 gap-5">
          <h2 id={`tag-${tag}`}>{tag}</h2>
          {operations
            .filter(({ operation }) => operation.tags.includes(tag))
            .map((one) => (
              <Operation key={one.operation.operationId} listed={one} />
            ))}
        </section>
      ))}
      <section aria-labelledby="schemas" className="grid grid-cols-1 gap-3">
        <h2 id="schemas">Shapes</h2>
        <p className="text-m text-ink-2">As JSON Schema 2020-12.</p>
        {Object.entries(document.components.schemas).map(([name, schema]) => (
          <div key={name} id={`shape-${name}`}>
            <CodeBlock title={name} text={JSON.stringify(schema, null, 2)} />
          </div>
        ))}
      </section>
    </div>
  );
}

function Operation({ listed: { method, path, operation } }: { listed: Listed }) {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return (
    <article aria-labelledby={operationId} className="grid grid-cols-1 gap-2 border-t border-line pt-4">
      <h3 id={operationId} className="flex flex-wrap items-center gap-2">
        {summary}
      </h3>
      <p className="flex flex-wrap items-center gap-2 text-m">
        <Tag look={method === 'GET' ? 'plain' : 'info'}>{method}</Tag>
        <code className="min-w-0 [overflow-wrap:anywhere]">{path}</code>
      </p>
      <p className="max-w-[44rem] text-m text-ink-2">{inCode(description)}</p>
      {parameters.length > 0 && <Facts title="Parameters" rows={parameters.map(parameterRow)} />}
      {requestBody && (
        <Facts
          title={requestBody.required ? 'Body' : 'Body, which may be left out'}
          rows={Object.entries(requestBody.content).map(([type, { schema }]) => [
            type,
            <Schema key={type} schema={schema} />,
          ])}
        />
      )}
      <Facts
        title="Answers"
        rows={Object.entries(responses).map(([status, { description: words, content, headers }]) => [
          status,
          <span key={status}>
            {inCode(words)}{' '}
            {Object.entries(content ?? {}).map(([type, { schema }]) => (
              <span key={type} className="text-ink-3">
                <code>{type}</code> <Schema schema={schema} />{' '}
              </span>
            ))}
            {headers && (
              <span className="block text-s text-ink-3">Headers: {Object.keys(headers).join(', ')}</span>
            )}
          </span>,
        ])}
      />
    </article>
  );
}

function parameterRow({ name, in: place, required, description, schema }: ApiParameter): [string, ReactNode] {
  return [
    name,
    <span key={name}>
      {description}{' '}
      <span className="text-ink-3">
        {place}
        {required && ', required'}
        {Array.isArray(schema.enum) && `, ${schema.enum.join(' or ')}`}
      </span>
    </span>,
  ];
}

function Facts({ title, rows }: { title: string; rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <details className="text-m">
      <summary>
        {title} <span className="text-ink-3">({rows.length})</span>
      </summary>
      <dl className="grid gap-x-4 gap-y-1 py-2 sm:grid-cols-[12rem_minmax(0,1fr)]">
        {rows.map(([name, words]) => (
          <div key={name} className="contents">
            <dt className="[overflow-wrap:anywhere]">
              <code>{name}</code>
            </dt>
            <dd className="m-0 text-ink-2">{words}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** The name of a shape, as a link to it; what has no shape of its own tells its fields. */
function Schema({ schema }: { schema: JsonSchema }) {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').pop() : undefined;
  if (name !== undefined) return <a href={`#shape-${name}`}>{name}</a>;
  const fields = schema.properties;
  if (typeof fields !== 'object' || fields === null) return 'the content itself';
  return <>fields {Object.keys(fields).join(', ')}</>;
}

/** Words with `code` in them. */
function inCode(words: string): ReactNode[] {
  return words.split('`').map((part, index) => {
    // Every second part stood between two marks; the texts are our own and do not change their order.
    const key = `${index}`;
    return index % 2 === 1 ? <code key={key}>{part}</code> : part;
  });
}
