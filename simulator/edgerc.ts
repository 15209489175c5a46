// The .edgerc of a running simulator.
import type { Simulator } from './server';

/** An .edgerc whose section `default` is the simulator's credential. */
export function edgercOf({ credential }: Pick<Simulator, 'credential'>): string {
  const { host, clientToken, clientSecret, accessToken } = credential;
  return `[default]\nhost = ${host}\nclient_token = ${clientToken}\nclient_secret = ${clientSecret}\naccess_token = ${accessToken}\n`;
}
