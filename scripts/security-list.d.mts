// Types of security-list.mjs for its test.
export const SECURITY_TESTS: readonly { number: number; promise: string; words: string; open?: string }[];
