// The certificate of a simulator that speaks TLS: signed by an authority of its own, made at the start, kept nowhere.
import { randomUUID } from 'node:crypto';
import { generate } from 'selfsigned';

/** `good`: for this machine and valid today. The others are for tests of what must not be accepted. */
export type CertificateKind = 'good' | 'wrong-name' | 'expired';

export type Certificate = {
  key: string;
  cert: string;
  /** The authority's certificate, PEM: what a client must trust. */
  ca: string;
};

const DAY_MS = 86_400_000;
const ALGORITHM = { keyType: 'ec', algorithm: 'sha256' } as const;

export async function makeCertificate(kind: CertificateKind): Promise<Certificate> {
  const at = Date.now();
  // Each authority has a name of its own: of two with one name, a client that trusts both may take the wrong one.
  const ca = await generate([{ name: 'commonName', value: `EdgeKV simulator ${randomUUID()}` }], {
    ...ALGORITHM,
    notBeforeDate: new Date(at - 30 * DAY_MS),
    notAfterDate: new Date(at + 30 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'EdgeKV simulator' }], {
    ...ALGORITHM,
    ca: { key: ca.private, cert: ca.cert },
    notBeforeDate: new Date(at - 20 * DAY_MS),
    notAfterDate: new Date(at + (kind === 'expired' ? -1 : 20) * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames:
          kind === 'wrong-name'
            ? [{ type: 2, value: 'another-host.example' }]
            : [
                { type: 2, value: 'localhost' },
                { type: 7, ip: '127.0.0.1' },
                { type: 7, ip: '::1' },
              ],
      },
    ],
  });
  return { key: server.private, cert: server.cert, ca: ca.cert };
}
