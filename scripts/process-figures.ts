// What the system tells of a running process. Only Linux has /proc: elsewhere the figures are NaN.
import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory, MiB. */
export function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(ofProcess(pid, 'status'))?.[1]) / 1024;
}

/** Processor time used so far by all of its threads, milliseconds, in steps of 10. */
export function cpuMs(pid: number): number {
  // The name, which may hold spaces, ends with the last bracket; user and system time are the 12th and 13th after it.
  const fields = ofProcess(pid, 'stat').split(')').at(-1)?.trim().split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Open files and connections. */
export function openHandles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    // Not Linux, or no such process.
    return Number.NaN;
  }
}

function ofProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // Not Linux, or no such process.
    return '';
  }
}
