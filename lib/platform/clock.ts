// The only place that asks the clock; everything below the services takes `today` or `now` as an argument.

/** Milliseconds since 1970. A service makes today's UTC day of it with `dayAt`. */
export function now(): number {
  return Date.now();
}
