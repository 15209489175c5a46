// The log: JSON lines on stderr, so that what `manage` prints stays clean. Whatever looks like a secret is masked, wherever in an entry it stands.
import pino, { type Logger } from 'pino';
import { settings } from './env';
import { once } from './once';
import { requestId } from './request-id';

const SECRET_KEYS =
  /^(authorization|cookie|set-cookie|password|secret|client_?secret|client_?token|access_?token|value|token_value|key)$/i;
// JWTs (legacy token values and their like), our own keys, and EdgeGrid's Authorization header.
const SECRET_TEXT =
  /eyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?|etd_[\w-]{8,}|EG1-HMAC-SHA256[^"\n]*|["']?\b(client_?secret|client_?token|access_?token|password|secret)\b["']?\s*[=:]\s*["']?[^\s&"',}]+/gi;
const DEPTH_MAX = 6;

/** `value` with everything that looks like a secret replaced by `[hidden]`. Errors become their name, message and stack. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replace(SECRET_TEXT, '[hidden]');
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '[deep]';
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return redact({ name, message, stack, ...(cause === undefined ? {} : { cause }) }, depth + 1);
  }
  if (Array.isArray(value)) return value.map((one) => redact(one, depth + 1));
  const entries = Object.entries(value).map(([key, one]) => [
    key,
    SECRET_KEYS.test(key) ? '[hidden]' : redact(one, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/** The logger of this process. */
export function log(): Logger {
  return once('log', () =>
    pino(
      {
        level: settings().logLevel,
        base: null,
        mixin: () => {
          const id = requestId();
          return id === undefined ? {} : { requestId: id };
        },
        timestamp: pino.stdTimeFunctions.isoTime,
        hooks: {
          logMethod(args, method) {
            const clean = args.map((one) => redact(one)) as Parameters<typeof method>;
            method.apply(this, clean);
          },
        },
      },
      pino.destination({ dest: 2, sync: true }),
    ),
  );
}
