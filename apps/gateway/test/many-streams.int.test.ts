import { JournalEntry, newId, ReadLiveEvents, TokenSnapshot } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { toldId } from '../src/live/journal-ids.js';
import { PlaceKeys } from '../src/live/place-keys.js';
import { GatewayProcess } from './gateway-process.js';
import { startGateway, type RunningGateway } from './gateway.fixture.js';
import { StreamClient } from './live.fixture.js';

/** Organisations, and streams of each: as many as one may have. */
const ORGANISATIONS = 5;
const STREAMS = 200;
const MOST_MB = 100;
const AT = '2026-11-27T09:00:00.000Z';

/** The servers alone are used of it. */
let servers: RunningGateway;
let gateway: GatewayProcess;
let others: NatsBus;
/** What history knows of each execution. */
const recorded = new Map<string, string[]>();
const clients: StreamClient[] = [];

beforeAll(async () => {
  servers = await startGateway();
  others = await connectBus({ url: servers.natsUrl, name: 'others', logger: silentLogger });
  others.connection.subscribe(ReadLiveEvents.subject, {
    callback: (_, message) => {
      const { execution_id, after } = message.json<{ execution_id: string; after?: string }>();
      const ids = recorded.get(execution_id) ?? [];
      const events = ids.slice(ids.indexOf(after ?? '') + 1).map((id) => ({ id, type: 'step_started', at: AT }));
      message.respond(JSON.stringify({ events, has_more: false, ended: false }));
    },
  });
  await others.connection.flush();
  gateway = await GatewayProcess.start({ natsUrl: servers.natsUrl, redisUrl: servers.redis.url });
});
afterAll(async () => {
  clients.forEach((client) => client.close());
  await gateway.kill();
  await others.close();
  await servers.stop();
});

const tokenOf = (organisation: number) => `token-of-organisation-number-${organisation}`;

it('a thousand streams take less than 100 MB, and each gets its own events', async () => {
  for (let number = 0; number < ORGANISATIONS; number++)
    await servers.bus.snapshots.put(
      TokenSnapshot,
      { token_hash: tokenHash(tokenOf(number)) },
      { token_id: `tok_${number}`, organisation_id: `org_${number}`, scopes: ['executions:read'] },
    );
  // What the first streams need is not what each needs.
  const open = async (number: number) => {
    const executionId = newId('execution');
    recorded.set(executionId, ['1-0']);
    const url = `${gateway.url}/v1/executions/${executionId}/events`;
    const client = await StreamClient.open(url, tokenOf(number % ORGANISATIONS));
    clients.push(client);
    return { client, executionId, organisationId: `org_${number % ORGANISATIONS}` };
  };
  const streams = [await open(0), await open(1)];
  await waitUntil('the first ones', () => streams.every(({ client }) => client.events.length === 1));
  const before = gateway.memory();
  for (let from = 2; from < ORGANISATIONS * STREAMS; from += 20)
    streams.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(20, ORGANISATIONS * STREAMS - from) }, (_, at) => open(from + at)),
      )),
    );
  await waitUntil('all of them', () =>
    streams.every(({ client }) => client.status === 200 && client.events.length === 1),
  );
  for (const { executionId, organisationId } of streams) {
    recorded.get(executionId)?.push('2-0');
    const address = { execution_id: executionId, organisation_id: organisationId };
    await others.publish(JournalEntry, { ...address, entry_id: executionId, events: [{ type: 'suspended', at: AT }] });
  }
  await waitUntil('their events', () => streams.every(({ client }) => client.events.length === 2));
  const keys = new PlaceKeys(servers.bus);
  for (const { client, ...owner } of streams) {
    const places = await keys.of(owner);
    expect(client.events.map(({ id }) => id)).toEqual(['1-0', '2-0'].map((id) => toldId(places, id)));
  }
  const taken = gateway.memory() - before;
  if (process.env['MILLRACE_SHOW_MEMORY']) process.stderr.write(`${taken.toFixed(1)} MB\n`);
  expect(taken).toBeLessThan(MOST_MB);
}, 120_000);
