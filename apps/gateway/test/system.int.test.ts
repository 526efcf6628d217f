import { ListHistoryLeases, Present, RollCall, type System } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { OPERATOR_TOKEN, startGateway, type RunningGateway } from './gateway.fixture.js';

/** How the installation is, as far as somebody answers. */
let gateway: RunningGateway;
let others: NatsBus;

beforeAll(async () => {
  gateway = await startGateway({});
  others = await connectBus({ url: gateway.natsUrl, name: 'others', logger: silentLogger });
});
afterAll(async () => {
  await others.close();
  await gateway.stop();
});

const read = async (): Promise<System> => {
  const { status, body } = await gateway.call('GET', '/v1/system', { token: OPERATOR_TOKEN });
  expect(status).toBe(200);
  return body as unknown as System;
};

/** Processes of history that answer each roll call, others, and one that another service makes up. */
async function answering(versions: readonly string[]): Promise<() => void> {
  const base = { service: 'history', node: 'machine-1', started_at: '2026-11-27T08:00:00.000Z', status: 'up' } as const;
  return others.hear(RollCall, {
    heard: (_, open) =>
      void open().then(async ({ call_id }) => {
        for (const [number, version] of versions.entries())
          await others.tell(Present, { ...base, failing: [], call_id, instance: `h:${number}`, version });
        await others.tell(Present, {
          ...base,
          failing: [],
          call_id: 'another_call',
          instance: 'h:9',
          version: '9.9.9',
        });
        const forged = { ...base, failing: [], call_id, instance: 'h:8', version: '8.8.8' };
        others.connection.publish(`system.present.executor.${call_id}`, JSON.stringify(forged));
      }),
  });
}

test('who does not respond is named, and what the others know is there', async () => {
  const system = await read();
  expect(system.ok).toBe(false);
  expect(system.sources.map(({ source, answered }) => [source, answered])).toEqual([
    ['nats', true],
    ['services', true],
    ['history', false],
    ['email-ingest', false],
  ]);
  expect(system.sources.map(({ error }) => error === null)).toEqual([true, true, false, false]);
  expect(system.queues.map(({ queue }) => queue)).toEqual(['RUNS', 'JOURNAL', 'TIMERS', 'EVENTS', 'DELIVERIES']);
  expect([system.timers?.ok, system.dead_letters]).toEqual([true, { count: 0, normal: 'none', ok: true }]);
  expect(system.leases).toEqual([]);
  const executor = system.services.find(({ service }) => service === 'executor');
  expect(executor).toMatchObject({ replicas: [], versions: [], ok: false });
});

test('processes of two releases, and a lease that has run out, are not as they should be', async () => {
  const end = await answering(['0.1.0', '0.2.0']);
  const lease = { lease: 'journal_trim', holder: 'a', count: 1, until: '2026-11-26T08:00:00.000Z' };
  const resting = {
    lease: 'record_retention',
    holder: 'a',
    count: 1,
    until: new Date(Date.now() - 300_000).toISOString(),
  };
  others.connection.subscribe(ListHistoryLeases.subject, {
    callback: (_, message) =>
      void message.respond(
        JSON.stringify({ leases: [lease, { ...resting, rest_ms: 600_000 }, { ...resting, rest_ms: 60_000 }] }),
      ),
  });
  const { services, leases } = await read();
  end();
  const normal = 'held by one process of history';
  expect(leases).toEqual([
    { ...lease, normal, ok: false },
    { ...resting, normal: `${normal} at least every 10 minutes`, ok: true },
    { ...resting, normal: `${normal} at least every 1 minutes`, ok: false },
  ]);
  expect(services.find(({ service }) => service === 'history')).toMatchObject({
    replicas: [
      { instance: 'h:0', node: 'machine-1' },
      { instance: 'h:1', node: 'machine-1' },
    ],
    versions: ['0.1.0', '0.2.0'],
    ok: false,
  });
});

test('a service whose processes are up and of one release is as it should be', async () => {
  const end = await answering(['0.2.0', '0.2.0']);
  const { services } = await read();
  end();
  expect(services.find(({ service }) => service === 'history')).toMatchObject({ versions: ['0.2.0'], ok: true });
});

test('no organisation sees it', async () => {
  const { status, body } = await gateway.call('GET', '/v1/system', { token: 'test-token-of-organisation-a' });
  expect([status, body.error?.code]).toEqual([403, 'FORBIDDEN']);
});
