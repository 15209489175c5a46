// How a message gets out: by SMTP, to a Slack-compatible webhook, or as signed JSON.
import 'server-only';
import { createHmac, randomBytes } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { composeMessage, type NoticeMessage } from '@/lib/domain/notice-message';
import { now } from '@/lib/platform/clock';
import { LOOPBACK, type SmtpSettings, settings } from '@/lib/platform/env';
import type { Channel } from '@/lib/store/notices';
import { seal, unseal } from '@/lib/store/sealing';
import { type Posted, post } from './outgoing';
import { settledWithin } from './wait';

/** One step of a conversation with the mail server, and all of it, milliseconds. */
const SMTP_STEP_MS = 10_000;
const SMTP_MS = 30_000;

/** Taken, with what is to be known besides; or in words why not, without any address or secret of the channel. */
export type Sent = { ok: true; words: string | null } | { ok: false; words: string };

/** What is sealed of a webhook. `signWith` is the secret of its signatures; null for a chat, which checks none. */
export type WebhookSecret = { url: string; signWith: string | null };

const secretSchema = z.object({ url: z.url(), signWith: z.string().nullable() });

export function sealWebhook(secret: WebhookSecret, channelId: string): string {
  return seal(JSON.stringify(secret), channelId);
}

/** Throws StoreError when the key is another one. */
export function openWebhook(sealed: string, channelId: string): WebhookSecret {
  return secretSchema.parse(JSON.parse(unseal(sealed, channelId)));
}

/** A secret that signatures are made with: shown once. */
export function newSigningSecret(): string {
  return `etn_${randomBytes(32).toString('base64url')}`;
}

/** Sends a message once. It carries its id, so that who gets it twice can tell. */
export async function sendMessage(
  channel: Pick<Channel, 'id' | 'kind' | 'target' | 'sealed'>,
  message: NoticeMessage,
): Promise<Sent> {
  if (channel.kind === 'mail') return sendMail(channel.target.split(', '), message);
  if (channel.sealed === null)
    return { ok: false, words: 'Its address is not known any more: give it again.' };
  const { url, signWith } = openWebhook(channel.sealed, channel.id);
  const { json, chat } = composeMessage(message);
  const body = JSON.stringify(channel.kind === 'slack' ? { text: chat } : json);
  const signed = signWith === null ? {} : signatureHeaders(signWith, body);
  return withoutWords(await post(new URL(url), { 'Idempotency-Key': message.id, ...signed }, body));
}

function withoutWords(posted: Posted): Sent {
  return posted.ok ? { ok: true, words: null } : posted;
}

/** Who knows the secret can tell that a message is ours and recent: HMAC-SHA256 of `timestamp.body`. */
function signatureHeaders(secret: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(now() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'Token-Desk-Timestamp': timestamp, 'Token-Desk-Signature': `v1=${signature}` };
}

async function sendMail(to: readonly string[], message: NoticeMessage): Promise<Sent> {
  const { smtp, publicUrl } = settings();
  if (!smtp) return { ok: false, words: 'No mail server is set (SMTP_URL and SMTP_FROM).' };
  const { subject, text } = composeMessage(message);
  const sending = transport(smtp).sendMail({
    from: smtp.from,
    to: [...to],
    subject,
    text,
    messageId: `<${message.id}@${new URL(publicUrl).hostname}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const info = await settledWithin(sending, SMTP_MS);
    if (info === null) return { ok: false, words: 'The mail server did not finish in time.' };
    const { rejected } = info;
    return { ok: true, words: rejected.length === 0 ? null : `Refused for ${rejected.join(', ')}.` };
  } catch (error) {
    return { ok: false, words: smtpWords(error) };
  }
}

function transport({ host, port, secure, auth }: SmtpSettings) {
  return createTransport({
    host,
    port,
    secure,
    // A password is not sent in the clear, but to this machine.
    requireTLS: auth !== null && !isLoopback(host),
    ...(auth && { auth }),
    connectionTimeout: SMTP_STEP_MS,
    greetingTimeout: SMTP_STEP_MS,
    socketTimeout: SMTP_STEP_MS,
    dnsTimeout: SMTP_STEP_MS,
  });
}

function isLoopback(host: string): boolean {
  return host === '::1' || LOOPBACK.test(host);
}

const SMTP_FAULTS: Readonly<Record<string, string>> = {
  EDNS: 'The name of the mail server is not known.',
  ECONNECTION: 'The mail server cannot be reached.',
  ESOCKET: 'The connection to the mail server failed.',
  ETIMEDOUT: 'The mail server did not answer in time.',
  EAUTH: 'The mail server does not take the user and password of SMTP_URL.',
  ETLS: 'The mail server offers no TLS that is accepted.',
  EENVELOPE: 'The mail server refuses the sender or every recipient',
  EMESSAGE: 'The mail server refuses the message',
};

/** What went wrong, without what the server said: it may be anything. */
function smtpWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const status = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
  const words = SMTP_FAULTS[code] ?? 'The mail could not be handed over.';
  return words.endsWith('.') ? words : `${words}${status ? ` (${status})` : ''}.`;
}
