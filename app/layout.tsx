// The frame of every page: language, theme, styles. Nothing is prerendered, because each page carries its own nonce.
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { readTheme } from '@/components/shell/theme';
import './globals.css';

export const metadata: Metadata = {
  title: { template: '%s · Token Desk', default: 'EdgeKV Token Desk' },
  description: 'EdgeKV access tokens: see, create, refresh, revoke, and patch bundles.',
  robots: { index: false, follow: false },
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' };

export default async function RootLayout({ children }: { children: ReactNode }) {
  await connection();
  const theme = readTheme((await cookies()).get('theme')?.value);
  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
      {/* Beside the link that the framework replaces at each change of page: without any, browsers ask for /favicon.ico. */}
      <head>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      </head>
      <body>{children}</body>
    </html>
  );
}
