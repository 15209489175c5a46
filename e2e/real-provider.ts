// A real identity provider: npm `oidc-provider` with its own pages for signing in, on loopback.
import { createServer, type RequestListener } from 'node:http';
import Provider from 'oidc-provider';
import { CLIENT, end, listen, type Person } from './rogue-provider';

export type RealProvider = {
  issuer: string;
  /** Who there is, by the name that they type. */
  people: Map<string, Omit<Person, 'sub'>>;
  /** Takes clients that come back to `desk`; until then it answers nothing. */
  open: (desk: string) => void;
  close: () => Promise<void>;
};

/** Starts one. The desk has to know its address before it starts, and it the desk's: so it opens later. */
export async function startRealProvider(): Promise<RealProvider> {
  let answer: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => answer(request, response));
  const issuer = await listen(server);
  const people: RealProvider['people'] = new Map();
  return {
    issuer,
    people,
    open: (desk) => {
      const provider = new Provider(issuer, {
        clients: [
          {
            client_id: CLIENT.id,
            client_secret: CLIENT.secret,
            redirect_uris: [`${desk}/api/sso/callback`],
          },
        ],
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
        pkce: { required: () => true },
        cookies: { keys: ['only for a test'] },
        findAccount: (_context, sub) => {
          const person = people.get(sub);
          return person && { accountId: sub, claims: () => ({ sub, ...person }) };
        },
      });
      answer = provider.callback();
    },
    close: () => end(server),
  };
}
