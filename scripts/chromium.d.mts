// Types of chromium.mjs for the TypeScript that uses it.
export function findChromium(): string | null;
