import {
  EventOccurred,
  ExecutionFinished,
  JournalEntry,
  LIMITS,
  newId,
  ReadLiveEvents,
  TokenSnapshot,
  WatchEvents,
  type EventType,
  type LiveEvent,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { registry } from '@millrace/service-kit/metrics';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { LIVE_BOUNDS, type LiveBounds } from '../src/live/live-bounds.js';
import { PlaceKeys } from '../src/live/place-keys.js';
import { toldId } from '../src/live/journal-ids.js';
import type { EventOwner, PlaceIds } from '../src/live/place-ids.js';
import { READ_ONLY_TOKEN, refuse, startGateway, TOKEN, WORKFLOW, type RunningGateway } from './gateway.fixture.js';
import { finishedExecution, occurredEvent } from './live-calls.fixture.js';
import { StreamClient } from './live.fixture.js';

const AT = '2026-11-27T09:00:00.000Z';
let gateway: RunningGateway;
/** In the place of history and definitions, which are other processes. */
let others: NatsBus;
let execution: string;
/** What history knows of the execution. */
let recorded: LiveEvent[];
let reads: number;
let watched: string[];
let away: boolean;
let clients: StreamClient[];
async function begin(bounds: Partial<LiveBounds> = {}): Promise<void> {
  gateway = await startGateway({ liveBounds: { ...LIVE_BOUNDS, readGapMs: 5, ...bounds } });
  others = await connectBus({ url: gateway.natsUrl, name: 'others', logger: silentLogger });
  [execution, recorded, reads, watched, away, clients] = [newId('execution'), [], 0, [], false, []];
  others.connection.subscribe(ReadLiveEvents.subject, {
    callback: (_, message) => {
      reads += 1;
      if (away) return refuse(message, 'SERVICE_UNAVAILABLE');
      const question = message.json<{ execution_id: string; organisation_id: string; after?: string; limit: number }>();
      if (question.execution_id !== execution || question.organisation_id !== 'org_a')
        return refuse(message, 'EXECUTION_NOT_FOUND');
      const from = recorded.findIndex(({ id }) => id === question.after) + 1;
      const events = recorded.slice(from, from + question.limit);
      const has_more = from + events.length < recorded.length;
      const ended = !has_more && recorded.at(-1)?.type === 'completed';
      message.respond(JSON.stringify({ events, has_more, ended }));
    },
  });
  others.connection.subscribe(WatchEvents.subject, {
    callback: (_, message) => {
      watched.push(message.json<{ organisation_id: string }>().organisation_id);
      message.respond(JSON.stringify({ until: AT }));
    },
  });
  await others.connection.flush();
}
afterEach(async () => {
  clients.forEach((client) => client.close());
  await others.close();
  await gateway.stop();
});

/** The ids that callers see, of the events of org_a if nothing else is said. */
const ids = (owner: Partial<EventOwner> = {}): Promise<PlaceIds> =>
  new PlaceKeys(gateway.bus).of({ organisationId: 'org_a', ...owner });
const idsOfExecution = (): Promise<PlaceIds> => ids({ executionId: execution });

/** What an executor does: an entry of the journal, of which history knows at once. */
async function happen(...types: string[]): Promise<void> {
  const address = { organisation_id: 'org_a', execution_id: execution };
  const entry = { ...address, entry_id: newId('event'), events: types.map((type) => ({ type, at: AT }) as never) };
  // Of what is stored only the place is announced: so history is played by what it will read.
  const next = Number(recorded.at(-1)?.id.split('-', 1)[0] ?? 0) + 1;
  recorded.push(...types.map((type, position) => ({ id: `${next}-${position}`, type, at: AT })));
  const valid = types.every((type) => type === 'suspended' || type === 'completed');
  await others.publish(JournalEntry, valid ? entry : { ...entry, events: [{ type: 'suspended', at: AT }] });
}
async function follow(headers: Record<string, string> = {}, token = TOKEN): Promise<StreamClient> {
  const client = await StreamClient.open(`${gateway.url}/v1/executions/${execution}/events`, token, headers);
  clients.push(client);
  return client;
}
async function followAll(query = '', headers: Record<string, string> = {}): Promise<StreamClient> {
  const client = await StreamClient.open(`${gateway.url}/v1/events${query}`, TOKEN, headers);
  clients.push(client);
  // From its first sign on it misses nothing.
  await waitUntil('the place', () => client.lastEventId);
  return client;
}
const finished = (organisation_id = 'org_a', workflow_id = WORKFLOW, status: 'completed' | 'failed' = 'completed') =>
  others.publish(ExecutionFinished, finishedExecution({ organisation_id, workflow_id, status }, AT));
const occurred = (type: EventType) => others.publish(EventOccurred, occurredEvent(type, AT));
const token = (text: string, scopes: string[]) =>
  gateway.bus.snapshots.put(
    TokenSnapshot,
    { token_hash: tokenHash(text) },
    { token_id: 'tok_9', organisation_id: 'org_a', scopes },
  );

describe('a stream of an execution', () => {
  it('sends from the beginning, then what happens as it happens, and ends with the end', async () => {
    await begin();
    await happen('started', 'step_started');
    const client = await follow();
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(client.headers['x-request-id']).toMatch(/^req_/);
    await client.untilEvents(2);
    await happen('step_completed');
    await client.untilEvents(3);
    await happen('completed');
    await client.untilOver();
    const places = await idsOfExecution();
    const told = recorded.map((data) => ({ ...data, id: toldId(places, data.id) }));
    expect(client.events).toEqual(told.map((data) => ({ event: data.type, id: data.id, data })));
    expect(client.text).toMatch(/^retry: \d+\n\n/);
  });

  it('goes on behind Last-Event-ID, and is 204 when nothing comes behind it', async () => {
    await begin();
    await happen('started', 'step_started', 'step_completed');
    const client = await follow({ 'last-event-id': toldId(await idsOfExecution(), recorded[1]?.id ?? '') });
    await client.untilEvents(1);
    await happen('completed');
    await client.untilOver();
    expect(client.types).toEqual(['step_completed', 'completed']);
    expect((await follow({ 'last-event-id': client.lastEventId })).status).toBe(204);
    const otherOwners = [{ organisationId: 'org_b', executionId: execution }, { executionId: newId('execution') }, {}];
    const others = (await Promise.all(otherOwners.map(ids))).map((places) => toldId(places, '1-0'));
    for (const id of ['x', '1', '1-0', '-1-0', '0'.repeat(32), `${client.lastEventId},1-0`, ...others])
      expect((await follow({ 'last-event-id': id })).status).toBe(400);
    expect((await follow({ 'last-event-id': '' })).status).toBe(200);
  });

  it('asks history only when something has been stored, and once for what came together', async () => {
    await begin({ readGapMs: 200 });
    await happen('started');
    const client = await follow();
    await client.untilEvents(1);
    const before = reads;
    for (let at = 0; at < 20; at++) await happen('step_started');
    await client.untilEvents(21);
    expect(reads - before).toBeLessThan(5);
  });

  it('refuses who has no token, not the scope, or another execution, before it begins', async () => {
    await begin();
    await token('a-token-that-only-starts-executions', ['executions:write']);
    const path = `/v1/executions/${execution}/events`;
    expect((await gateway.call('GET', path, { token: null })).status).toBe(401);
    expect((await gateway.call('GET', path, { token: 'a-token-that-only-starts-executions' })).status).toBe(403);
    const foreign = await gateway.call('GET', `/v1/executions/${newId('execution')}/events`);
    expect([foreign.status, foreign.body.error?.code]).toEqual([404, 'EXECUTION_NOT_FOUND']);
    expect((await gateway.call('GET', '/v1/executions/nonsense/events')).status).toBe(404);
  });

  it('ends soon after its token is revoked, or loses the scope', async () => {
    await begin({ tokenCheckMs: 50 });
    const text = 'a-token-that-is-soon-revoked';
    const lost = 'a-token-that-soon-may-less';
    await Promise.all([token(text, ['executions:read']), token(lost, ['executions:read'])]);
    const [one, other, good] = [await follow({}, text), await follow({}, lost), await follow({}, READ_ONLY_TOKEN)];
    await gateway.bus.snapshots.delete(TokenSnapshot, { token_hash: tokenHash(text) });
    await token(lost, ['workflows:read']);
    await Promise.all([one.untilOver(), other.untilOver()]);
    expect(good.isOver).toBe(false);
    expect((await follow({}, text)).status).toBe(401);
  });

  it('gives signs of life, and none before their time', async () => {
    await begin({ heartbeatMs: 100 });
    const client = await follow();
    await waitUntil('signs', () => client.comments >= 3);
    expect(LIVE_BOUNDS.heartbeatMs).toBe(15_000);
  });

  it('ends when its time is over, and the client loses nothing', async () => {
    await begin({ streamMs: 150, heartbeatMs: 100 });
    await happen('started');
    const client = await follow();
    await client.untilOver();
    await happen('completed');
    const again = await follow({ 'last-event-id': client.lastEventId });
    await again.untilOver();
    expect([client.types, again.types]).toEqual([['started'], ['completed']]);
  });

  it('cuts off who takes nothing, and asks for no more meanwhile', async () => {
    await begin({ stalledMs: 300 });
    const large = { type: 'step_completed', at: AT, path: 'x'.repeat(2_000) };
    // More than the buffers of two sockets.
    for (let at = 0; at < 40_000; at++) recorded.push({ ...large, id: `1-${at}` });
    const client = await follow();
    client.pause();
    await waitUntil('the reads to stop', async () => {
      const before = reads;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return reads === before;
    });
    expect(reads).toBeLessThan(60);
    const open = () => registry.getSingleMetric('millrace_live_streams')?.get();
    await waitUntil('the place', async () => (await open())?.values[0]?.value === 0);
    client.resume();
    await client.untilOver();
  });

  it('ends when the gateway stops', async () => {
    await begin();
    await happen('started');
    const client = await follow();
    await client.untilEvents(1);
    await gateway.app.close();
    await client.untilOver();
  });

  it('goes on when NATS comes back, with what was missed', async () => {
    await begin();
    await happen('started');
    const client = await follow();
    await client.untilEvents(1);
    await gateway.nats.kill();
    recorded.push({ id: '2-0', type: 'step_started', at: AT });
    await gateway.nats.restart();
    await client.untilEvents(2);
    expect(client.types).toEqual(['started', 'step_started']);
  });

  it('goes on without Redis, and when history was away', async () => {
    await begin({ heartbeatMs: 200 });
    await happen('started');
    const client = await follow();
    await client.untilEvents(1);
    await gateway.redis.kill();
    away = true;
    await happen('step_started');
    await waitUntil('a read that fails', () => reads > 2);
    away = false;
    await client.untilEvents(2);
    await gateway.redis.restart();
  });

  it('is measured when it begins, and not by how long it lasts', async () => {
    await begin();
    const client = await follow();
    const measured = async () => {
      const { values = [] } = (await registry.getSingleMetric('millrace_http_request_seconds')?.get()) ?? {};
      const counts = (values as { value: number; labels: Record<string, unknown>; metricName?: string }[]).filter(
        ({ metricName }) => metricName?.endsWith('_count'),
      );
      return counts.filter(({ labels }) => labels['route'] === '/v1/executions/:execution_id/events');
    };
    const before = (await measured()).map(({ value, labels }) => [labels['status'], value]);
    expect(before).toContainEqual(['2xx', expect.any(Number)]);
    client.close();
    await waitUntil('its end', async () => {
      const open = await registry.getSingleMetric('millrace_live_streams')?.get();
      return open?.values[0]?.value === 0;
    });
    expect((await measured()).map(({ value, labels }) => [labels['status'], value])).toEqual(before);
  });
});

describe('places for streams', () => {
  it('are bounded for an organisation, and given back', async () => {
    await begin({ perOrganisation: 2 });
    const [one] = [await follow(), await follow()];
    const { status, headers, body } = await gateway.call('GET', `/v1/executions/${execution}/events`);
    expect([status, body.error?.code, headers.get('retry-after')]).toEqual([429, 'TOO_MANY_STREAMS', '10']);
    expect((await gateway.call('GET', '/v1/events')).status).toBe(429);
    one?.close();
    await waitUntil('a place', async () => {
      const again = await follow();
      return again.status === 200;
    });
    // What is refused takes none.
    expect((await gateway.call('GET', `/v1/executions/${newId('execution')}/events`)).status).toBe(429);
  });
  it('are bounded for a gateway', async () => {
    await begin({ all: 1 });
    await follow();
    expect((await follow()).status).toBe(429);
    expect(LIMITS.liveStreams).toBeGreaterThan(LIMITS.liveStreamsPerOrganisation);
  });
});

describe('a stream of an organisation', () => {
  it('sends its own events from now on, as subscriptions get them', async () => {
    await begin();
    await finished();
    const client = await followAll();
    expect(watched).toEqual(['org_a']);
    await finished('org_b');
    const { sequence } = await finished('org_a', WORKFLOW, 'failed');
    await occurred('schedule.missed');
    await client.untilEvents(2);
    expect(client.types).toEqual(['execution.failed', 'schedule.missed']);
    expect(client.events[0]).toMatchObject({
      id: (await ids()).idOf({ sequence, position: 0 }),
      data: { type: 'execution.failed', timestamp: AT, data: { workflow_id: WORKFLOW, status: 'failed' } },
    });
    expect(client.events[0]?.data['id']).toMatch(/^evt_/);
    expect(client.events[1]?.data).toMatchObject({ data: { schedule: 1 } });
  });
  it('sends some types, or those of one workflow; nobody is asked to announce what is announced anyway', async () => {
    await begin();
    const [failed, ofOne] = [
      await followAll('?types=execution.failed,execution.completed'),
      await followAll(`?workflow_id=${newId('workflow')}`),
    ];
    expect(watched).toEqual(['org_a']);
    await occurred('schedule.missed');
    await finished();
    await failed.untilEvents(1);
    expect(failed.types).toEqual(['execution.completed']);
    // Who comes again does not look through it all again.
    const places = await ids();
    const placeOf = ({ lastEventId }: StreamClient) => places.placeOf(lastEventId)?.sequence;
    await waitUntil('the place', () => placeOf(ofOne) === placeOf(failed));
    expect(ofOne.events).toEqual([]);
    expect((await gateway.call('GET', '/v1/events?types=nonsense')).status).toBe(400);
    expect((await gateway.call('GET', '/v1/events?workflow_id=nonsense')).status).toBe(400);
  });
  it('goes on behind Last-Event-ID without a gap, and without anything twice', async () => {
    await begin();
    const first = await followAll();
    await finished();
    await first.untilEvents(1);
    first.close();
    for (let at = 0; at < LIMITS.livePageEvents + 10; at++) await finished();
    const again = await followAll('', { 'last-event-id': first.lastEventId });
    await again.untilEvents(LIMITS.livePageEvents + 10);
    await occurred('schedule.missed');
    await again.untilEvents(LIMITS.livePageEvents + 11);
    const places = await ids();
    const told = [...first.events, ...again.events].map(({ id }) => places.placeOf(id)?.sequence ?? 0);
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
    // Given by a server that has lost its data.
    const ahead = await followAll('', { 'last-event-id': places.idOf({ sequence: 999_999_999, position: 0 }) });
    await finished();
    await ahead.untilEvents(1);
  });
  it('ends with its organisation’s token, and after NATS was away sends what was missed', async () => {
    await begin();
    const client = await followAll();
    await gateway.nats.kill();
    await gateway.nats.restart();
    await waitUntil('the connection', () => gateway.reconnections() > 0);
    await waitUntil('the others', () => others.connectionNumber > 1);
    await finished();
    await client.untilEvents(1);
  });
});
