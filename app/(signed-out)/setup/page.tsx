// The first admin, made by whoever has the one-time link that the server printed. At any other time: not found.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Door } from '@/components/shell/door';
import { currentActor } from '@/lib/services/current-actor';
import { isSetupOpen } from '@/lib/services/setup';
import { atPublicUrl } from '../../public-address';
import { AccountForm } from '../account-form';
import { setupAction } from '../actions';

export const metadata: Metadata = { title: 'Set up' };

export default async function SetupPage({ searchParams }: PageProps<'/setup'>) {
  const { secret } = await searchParams;
  if (typeof secret === 'string') await atPublicUrl(`/setup?secret=${encodeURIComponent(secret)}`);
  if (typeof secret !== 'string' || !(await isSetupOpen(await currentActor(), secret))) notFound();
  return (
    <Door title="Make the first admin">
      <p className="text-m text-ink-2">This account may do everything. It can add others later.</p>
      <AccountForm action={setupAction} submit="Create account and sign in" hidden={{ secret }} isNew />
    </Door>
  );
}
