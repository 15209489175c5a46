// Who a page or a server action is for. Apart from session.ts: what loads this loads all that Next draws pages with, which
// the start of the server has no use for.
import 'server-only';
import { headers } from 'next/headers';
import { cache } from 'react';
import { type Actor, personOf } from './session';

/** The actor of a page or a server action: a person with a session, else a guest. Looked up once in a request. */
export const currentActor = cache(async (): Promise<Actor> => personOf(await headers()));
