// The log: JSON lines on stderr, so that what `manage` prints stays clean. Whatever looks like a secret is masked, wherever
// in an entry it stands, and no kind of line comes without end. Lines of a request say which and whose.
import pino, { type Logger } from 'pino';
import { createBudget } from './budget';
import { settings } from './env';
import { once } from './once';
import { currentRequest } from './request';

const SECRET_KEYS =
  /^(authorization|cookie|set-cookie|password|secret|client_?secret|client_?token|access_?token|value|token_value|key)$/i;
// JWTs (legacy token values and their like), our own keys, and EdgeGrid's Authorization header.
const SECRET_TEXT =
  /eyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?|etd_[\w-]{8,}|EG1-HMAC-SHA256[^"\n]*|["']?\b(client_?secret|client_?token|access_?token|password|secret)\b["']?\s*[=:]\s*["']?[^\s&"',}]+/gi;
const DEPTH_MAX = 6;
/** Lines of one message in a minute. */
const LINES = { most: 1_000, kindsMax: 100, windowMs: 60_000 };
/** What is written in the place of those beyond. */
const SUPPRESSED = 'more of the same were left out';
const FATAL = 60;

/** `text` with whatever looks like a secret in it replaced by `[hidden]`. */
export function hideSecrets(text: string): string {
  return text.replace(SECRET_TEXT, '[hidden]');
}

/** `value` with everything that looks like a secret replaced by `[hidden]`. Errors become their name, message and stack. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return hideSecrets(value);
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
  return once('log', () => {
    const budget = createBudget<null>(LINES, (kind, count) => logger.warn({ kind, count }, SUPPRESSED));
    const logger = pino(
      {
        level: settings().logLevel,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        mixin: () => {
          const { id, address, who } = currentRequest() ?? {};
          return id === undefined ? {} : { requestId: id, address, who };
        },
        hooks: {
          logMethod(args, method, level) {
            const kind = kindOf(args.find((one) => typeof one === 'string') ?? '');
            if (level < FATAL && kind !== SUPPRESSED && !budget.passes(kind, null)) return;
            const clean = args.map((one) => redact(one)) as Parameters<typeof method>;
            method.apply(this, clean);
          },
        },
      },
      pino.destination({ dest: 2, sync: true }),
    );
    return logger;
  });
}

/** A message without what differs from one time to the next, so that a flood of them counts as one kind. */
function kindOf(message: string): string {
  const [first = ''] = message.split('\n', 1);
  return first.replace(/"[^"]*"|\d+/g, '…').slice(0, 80);
}
