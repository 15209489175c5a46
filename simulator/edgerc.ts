// The .edgerc of a running simulator.
import { MEDIA_CREDENTIAL } from './accounts';
import type { Simulator } from './server';
import type { SimCredential } from './sign-check';

/**
 * An .edgerc whose section `default` is the simulator's credential, and with `media` also the one of another account.
 * Over TLS the host is the simulator's own address, so that programs which dial the host find it.
 */
export function edgercOf(
  { credential }: Pick<Simulator, 'credential'>,
  further: readonly 'media'[] = [],
): string {
  const media = { ...MEDIA_CREDENTIAL, ...(credential.host.includes(':') ? { host: credential.host } : {}) };
  return [sectionOf('default', credential), ...further.map((section) => sectionOf(section, media))].join(
    '\n',
  );
}

function sectionOf(name: string, { host, clientToken, clientSecret, accessToken }: SimCredential): string {
  return `[${name}]\nhost = ${host}\nclient_token = ${clientToken}\nclient_secret = ${clientSecret}\naccess_token = ${accessToken}\n`;
}
