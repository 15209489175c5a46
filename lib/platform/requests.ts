// What the front (scripts/server.mjs) tells the app about a request: an id that every line of the log carries, and a line
// and a figure when it is over. The front finds it by its key, as it is not part of the build.
import { log } from './log';
import { metrics } from './metrics';
import { once } from './once';
import { withRequest } from './request';

type Served = {
  id: string;
  method: string;
  /** Without the query, which may hold a link's secret. */
  path: string;
  status: number;
  /** Milliseconds until the last byte was sent, or the other side left. */
  ms: number;
  address: string;
};

/** Lets the front tell about requests. Call it at the start of the server. */
export function watchRequests(): void {
  once('requests', () => ({ run: withRequest, served }));
}

const PATH_MAX = 200;
/** Asked every few seconds by whatever watches the server. */
const WATCHING = new Set(['/api/health', '/api/ready', '/api/metrics']);

function served({ id, method, path, status, ms, address }: Served): void {
  const kind = kindOf(method, path);
  if (kind === 'asset') return;
  metrics().served.observe(
    { kind, method: METHODS.has(method) ? method : 'other', status: `${Math.floor(status / 100)}xx` },
    ms / 1_000,
  );
  const line = { requestId: id, method, path: shownPath(path), status, ms: Math.round(ms), address };
  log()[WATCHING.has(path) ? 'debug' : 'info'](line, 'served');
}

/** The address of a calendar is its secret. */
function shownPath(path: string): string {
  return path.replace(/^\/feeds\/.*/, '/feeds/[hidden]').slice(0, PATH_MAX);
}

/** A label has few values, whatever is sent. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS']);

function kindOf(method: string, path: string): 'asset' | 'api' | 'action' | 'page' {
  if (path.startsWith('/_next/')) return 'asset';
  if (path.startsWith('/api/')) return 'api';
  return method === 'GET' || method === 'HEAD' ? 'page' : 'action';
}
