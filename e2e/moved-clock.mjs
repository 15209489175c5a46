// Moves the clock of a process, before anything else runs in it, by the milliseconds that the file CLOCK_FILE says. For
// servers of tests: NODE_OPTIONS names this file.
import { readFileSync } from 'node:fs';

const ms = Number(readFileSync(process.env.CLOCK_FILE ?? '', 'utf8'));
const now = () => Reflect.apply(RealDate.now, RealDate, []) + ms;
const RealDate = globalThis.Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
