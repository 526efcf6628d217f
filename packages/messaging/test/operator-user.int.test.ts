import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { RunRequested } from '@millrace/contracts';
import { connectBus, natsUsers, OPERATOR, operatorUser, silentLogger, TOPOLOGY, type NatsBus } from '../src/index.js';
import { inboxPrefix } from '../src/permissions.js';
import { subjectCovers } from './subject-covers.fixture.js';

const RIGHTS = operatorUser().permissions.publish.allow;
const PASSWORD = 'operator-password';

let nats: OwnServer;
let bus: NatsBus;
let operator: NatsConnection;
let manager: JetStreamManager;

beforeAll(async () => {
  // Another one who may do everything makes the streams.
  nats = await startNats({
    users: [
      { ...operatorUser(), password: PASSWORD },
      { user: 'all', password: 'all-password' },
    ],
  });
  bus = await connectBus({ url: nats.url.replace('://', '://all:all-password@'), name: 'all', logger: silentLogger });
  operator = await connect({ servers: nats.url, user: OPERATOR, pass: PASSWORD, inboxPrefix: inboxPrefix(OPERATOR) });
  manager = await jetstreamManager(operator);
});
afterAll(async () => {
  await operator.close();
  await bus.close();
  await nats.stop();
});

/** What the server says to a request in its own interface. */
async function ask(subject: string, body: object = {}): Promise<Record<string, unknown>> {
  return (await operator.request(subject, JSON.stringify(body), { timeout: 20_000 })).json();
}

/** Takes a stream's backup as NATS's program does: each piece is acknowledged, an empty one is the last. */
async function backup(stream: string): Promise<{ config: unknown; state: unknown; pieces: Uint8Array[] }> {
  const deliverTo = `${inboxPrefix(OPERATOR)}.backup`;
  const pieces: Uint8Array[] = [];
  const arrived = operator.subscribe(deliverTo);
  const { config, state } = await ask(`$JS.API.STREAM.SNAPSHOT.${stream}`, { deliver_subject: deliverTo });
  for await (const piece of arrived) {
    if (piece.data.length === 0) break;
    pieces.push(piece.data);
    piece.respond();
  }
  return { config, state, pieces };
}

test('sees streams, their subjects and their consumers', async () => {
  const run = aRunRequest();
  await bus.publish(RunRequested, run);
  const names = (await manager.streams.list().next()).map(({ config }) => config.name);
  expect(names).toEqual(expect.arrayContaining(['RUNS', 'TIMERS', 'JOURNAL_0']));
  const { state } = await manager.streams.info('RUNS', { subjects_filter: '>' });
  expect(Object.keys(state.subjects ?? {})).toEqual([expect.stringContaining(run.organisation_id)]);
  const consumers = (await manager.consumers.list('RUNS').next()).map(({ name }) => name);
  expect(consumers).toEqual(expect.arrayContaining(['executor-0', 'executor-36']));
  expect((await manager.consumers.info('RUNS', 'executor-36')).name).toBe('executor-36');
});

test('sets a limit of a stream, and deletes a consumer of the queue', async () => {
  await manager.streams.update('RUNS', { max_bytes: 100_000_000 });
  expect((await manager.streams.info('RUNS')).config.max_bytes).toBe(100_000_000);
  await manager.consumers.delete('RUNS', 'executor-36');
  const left = (await manager.consumers.list('RUNS').next()).map(({ name }) => name);
  expect(left).not.toContain('executor-36');
});

test('makes a backup of a stream, and restores it', async () => {
  await bus.publish(RunRequested, aRunRequest());
  const before = (await manager.streams.info('RUNS')).state;
  const { config, state, pieces } = await backup('RUNS');
  const all = await connect({ servers: nats.url, user: 'all', pass: 'all-password' });
  await (await jetstreamManager(all)).streams.delete('RUNS');
  await all.close();

  const begun = await ask('$JS.API.STREAM.RESTORE.RUNS', { config, state });
  const sendTo = String(begun['deliver_subject']);
  for (const piece of pieces) await operator.request(sendTo, piece, { timeout: 20_000 });
  await operator.request(sendTo, '', { timeout: 20_000 });
  await waitUntil('the stream is back', async () => {
    const now = await manager.streams.info('RUNS').catch(() => null);
    return now?.state.messages === before.messages && now.state.last_seq === before.last_seq;
  });
});

test('has none of the rights that services have, but those that show, limit and delete what was said', async () => {
  const { streams, consumers } = TOPOLOGY;
  const every = [
    ...natsUsers().flatMap(({ permissions }) => permissions.publish.allow),
    ...streams.flatMap(({ name, subjects }) => [
      ...subjects,
      ...['CREATE', 'UPDATE', 'DELETE', 'PURGE', 'MSG.GET', 'MSG.DELETE', 'LEADER.STEPDOWN'].map(
        (verb) => `$JS.API.STREAM.${verb}.${name}`,
      ),
      `$JS.API.DIRECT.GET.${name}`,
      `$JS.API.CONSUMER.CREATE.${name}.spy`,
    ]),
    ...consumers.flatMap(({ stream, name }) =>
      ['DELETE', 'MSG.NEXT', 'CREATE', 'PAUSE', 'RESET'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.${name}`),
    ),
    '$JS.API.STREAM.RESTORE.SPY',
    '$JS.API.STREAM.CREATE.SPY',
    '$SYS.REQ.SERVER.PING',
    ...natsUsers().map(({ user }) => `${inboxPrefix(user)}.x`),
  ].map((subject) => subject.replace(/>$/, 'x').replaceAll('*', 'x'));
  const others = [...new Set(every)].filter((subject) => !RIGHTS.some((right) => subjectCovers(right, subject)));
  expect(others.length).toBeGreaterThan(500);
  const refused = new Set<string>();
  void (async () => {
    for await (const { type, ...told } of operator.status()) {
      const { error } = told as { error?: Error };
      if (type === 'error' && error instanceof PermissionViolationError) refused.add(error.subject);
    }
  })();
  for (const subject of others) operator.publish(subject, '{}');
  await operator.flush();
  await waitUntil('all are refused', () => Promise.resolve(others.every((subject) => refused.has(subject))));
});

test('receives nothing but the replies to it', async () => {
  const subjects = ['>', '$JS.>', '_INBOX.>', '$SYS.>', ...natsUsers().map(({ user }) => `${inboxPrefix(user)}.>`)];
  const streams = TOPOLOGY.streams.flatMap((stream) => stream.subjects);
  const refused = new Set<string>();
  for (const subject of [...subjects, ...streams])
    operator.subscribe(subject, {
      callback: (error) => void (error instanceof PermissionViolationError && refused.add(subject)),
    });
  await operator.flush();
  expect([...subjects, ...streams].filter((subject) => !refused.has(subject))).toEqual([]);
});
