// Types of versions.mjs for the TypeScript that uses it.
type Floor = readonly [version: string, why: string];

export const MINIMUM_VERSIONS: Readonly<Record<string, Floor>>;
export const MINIMUM_NODE: Floor;
export function compareVersions(a: string, b: string): number;
export function tooOld(
  locked: Readonly<Record<string, { name?: string; version?: string }>>,
  installed: (path: string) => string | null,
  node: string,
): string[];
export function tooOldHere(): string[];
export function refuseOldVersions(): void;
