import { newId, ReadLiveEvents, TokenSnapshot } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { LIVE_BOUNDS } from '../src/live/live-bounds.js';
import { startGateway, TOKEN, type RunningGateway } from './gateway.fixture.js';
import { StreamClient } from './live.fixture.js';

/* Streams that are far behind: what they read is read in turn. */

const AT = '2026-11-27T09:00:00.000Z';
/** Of each execution, one event on each. */
const PAGES = 4;
const OTHERS = ['org_b', 'org_c'] as const;
const tokenOf = (organisation: string) => `test-token-of-organisation-${organisation}`;

let gateway: RunningGateway;
/** In the place of history. */
let others: NatsBus;
/** Reads of what is behind that are not answered; one that was not answered in time comes again. */
let held: { readonly execution: string; readonly organisation: string; readonly answer: () => void }[];
let isLetGo: boolean;
const clients: StreamClient[] = [];

beforeAll(async () => {
  [held, isLetGo] = [[], false];
  gateway = await startGateway({ liveBounds: { ...LIVE_BOUNDS, readGapMs: 5 } });
  others = await connectBus({ url: gateway.natsUrl, name: 'others', logger: silentLogger });
  others.connection.subscribe(ReadLiveEvents.subject, {
    callback: (_, message) => {
      const question = message.json<{ organisation_id: string; execution_id: string; after?: string }>();
      const { organisation_id: organisation, execution_id: execution, after } = question;
      const page = Number(after?.split('-', 1)[0] ?? 0) + 1;
      const events = [{ id: `${page}-0`, type: 'step_started', at: AT }];
      const answer = () =>
        void message.respond(JSON.stringify({ events, has_more: page < PAGES, ended: page === PAGES }));
      if (after === undefined || isLetGo) answer();
      else held.push({ execution, organisation, answer });
    },
  });
  await others.connection.flush();
  for (const organisation_id of OTHERS)
    await gateway.bus.snapshots.put(
      TokenSnapshot,
      { token_hash: tokenHash(tokenOf(organisation_id)) },
      { token_id: 'tok_2', organisation_id, scopes: ['executions:read'] },
    );
});
afterAll(async () => {
  clients.forEach((client) => client.close());
  await others?.close();
  await gateway?.stop();
});

/** A stream that has its first page. */
async function follow(token = TOKEN): Promise<StreamClient> {
  const client = await StreamClient.open(`${gateway.url}/v1/executions/${newId('execution')}/events`, token);
  clients.push(client);
  await client.untilEvents(1);
  return client;
}

it('one of an organisation catches up at a time, and few of all; each comes to its end', async () => {
  for (let stream = 0; stream < 4; stream++) await follow();
  for (const organisation of OTHERS) await follow(tokenOf(organisation));
  const catchingUp = () => [...new Map(held.map(({ execution, organisation }) => [execution, organisation])).values()];
  await waitUntil('reads of what is behind', () => catchingUp().length >= 2);
  // What those before it have asked for has come by the time that this one gets something.
  await follow();
  expect(catchingUp()).toEqual(['org_a', 'org_b']);
  isLetGo = true;
  held.forEach(({ answer }) => answer());
  await Promise.all(clients.map((client) => client.untilOver()));
  expect(clients.map(({ events }) => events.length)).toEqual(clients.map(() => PAGES));
});
