// Next's configuration. Headers here are for everything; the CSP of pages, with its nonce, comes from proxy.ts.

import { buildId } from './scripts/steps.mjs';
import { refuseOldVersions } from './scripts/versions.mjs';

// Next reads it after this file: whoever starts it, it tells nobody.
process.env.NEXT_TELEMETRY_DISABLED = '1';

/** @type {import('next').NextConfig} */
const config = {
  generateBuildId: () => buildId(process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY),
  distDir: process.env.NEXT_DIST_DIR ?? '.next',
  reactStrictMode: true,
  poweredByHeader: false,
  typedRoutes: true,
  agentRules: false,
  images: { unoptimized: true },
  // Native code, and a library that must exist once in a process. All others are bundled: they load in half the time.
  serverExternalPackages: ['libsql', 'pino'],
  // A page is loaded when it is first asked for: a start is quicker by half, and an idle server smaller by a fifth.
  experimental: { preloadEntriesOnStart: false },
  turbopack: {
    root: import.meta.dirname,
    // Libraries that load far more than is used here (docs/decisions/002-the-library-signs-fetch-sends.md).
    resolveAlias: { axios: './lib/platform/lean/axios.cjs', undici: './lib/platform/lean/undici.cjs' },
  },
  async headers() {
    return [
      {
        source: '/:path*',
        headers: [
          { key: 'X-Content-Type-Options', value: 'nosniff' },
          // Not `no-referrer`: browsers would send `Origin: null` with forms.
          { key: 'Referrer-Policy', value: 'same-origin' },
          {
            key: 'Permissions-Policy',
            value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
          },
          { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
          { key: 'X-Frame-Options', value: 'DENY' },
        ],
      },
      {
        source: '/(api|feeds)/:path*',
        headers: [{ key: 'Content-Security-Policy', value: "default-src 'none'; frame-ancestors 'none'" }],
      },
    ];
  },
};

export default function configOf(phase) {
  // Here, so that no way to build goes round it.
  if (phase === 'phase-production-build') refuseOldVersions();
  return config;
}
