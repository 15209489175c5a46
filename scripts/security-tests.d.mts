// Types of security-tests.mjs for its test.
export function numberedTests(): { number: number; title: string; file: string }[];
export function securityDocument(): string;
