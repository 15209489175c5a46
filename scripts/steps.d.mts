// Types of steps.mjs for the TypeScript that uses it.
import type { ChildProcess } from 'node:child_process';

export const ROOT: string;
export function freePort(wanted?: number): Promise<number>;
export function startSimulator(
  dir: string,
  options?: readonly string[],
): Promise<{
  child: ChildProcess;
  url: string;
  controlUrl: string;
  edgerc: string;
  /** As ACCOUNT_SWITCH_KEYS wants them. */
  switchKeys: string;
}>;
export function startApp(
  mode: 'start' | 'dev',
  port: number,
  env: Record<string, string>,
  onOutput: (text: string) => void,
): Promise<ChildProcess>;
export function ensureBuild(): boolean;
export function buildId(key: string | undefined, root?: string): string | null;
export function nextBin(): string;
export function loadDotEnv(): void;
