// What the server did, as figures for Prometheus: bounded names and labels, and nothing that identifies anybody.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { once } from './once';

/** Seconds; Akamai takes tenths of one, and a call is given up after AKAMAI_TIMEOUT. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export type Metrics = {
  registry: Registry;
  /** Requests that this server answered, by kind (`page`, `action`, `api`), method and class of status. */
  served: Histogram<'kind' | 'method' | 'status'>;
  /** Calls to Akamai, by method and outcome: `ok` or the code of the Problem. */
  akamai: Histogram<'method' | 'outcome'>;
  /** Acts on record, by action and outcome: patches, changes of tokens, sign-ins, refusals. */
  acts: Counter<'action' | 'outcome'>;
};

/** The figures of this process. */
export function metrics(): Metrics {
  return once('metrics', () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const registers = [registry];
    return {
      registry,
      served: new Histogram({
        name: 'token_desk_http_request_seconds',
        help: 'Requests answered, by kind, method and class of status.',
        labelNames: ['kind', 'method', 'status'] as const,
        buckets: BUCKETS,
        registers,
      }),
      akamai: new Histogram({
        name: 'token_desk_akamai_call_seconds',
        help: 'Calls to Akamai, by method and outcome.',
        labelNames: ['method', 'outcome'] as const,
        buckets: BUCKETS,
        registers,
      }),
      acts: new Counter({
        name: 'token_desk_acts_total',
        help: 'Acts on record, by action and outcome.',
        labelNames: ['action', 'outcome'] as const,
        registers,
      }),
    };
  });
}

/** A figure that is read when somebody asks, e.g. the length of a queue. `name` is without the prefix. */
export function gauge(name: string, help: string, read: () => number): void {
  once(`gauge ${name}`, () => {
    const { registry } = metrics();
    return new Gauge({
      name: `token_desk_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  });
}
