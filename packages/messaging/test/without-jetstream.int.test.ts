import { JournalEntry, RunRequested } from '@millrace/contracts';
import { DiscardPolicy, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { aJournalEntry, aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectBus, silentLogger, type Logger, type NatsBus } from '../src/index.js';

/*
 * A server whose JetStream is not there for now: another server in the place of the first one, whose account for everybody has none. Its interface says so,
 * and on the subjects of streams there is nobody, as on those of a stream of a cluster that has no leader. Where nobody replies to the interface either,
 * the client calls that "jetstream is not enabled", by an error of the same class.
 */

const NOT_ENABLED = 'JetStream not enabled for account';

let nats: OwnServer;
let bus: NatsBus;
/** What is logged with a reason: what is tried again. */
const reasons: string[] = [];
const logged = (fields: unknown) => void reasons.push(String((fields as { reason?: unknown }).reason));
const logger: Logger = { ...silentLogger, warn: logged, debug: logged };

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'without-jetstream', logger });
});
beforeEach(() => void reasons.splice(0));
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

/** Does something while the server has no JetStream; afterwards it has. */
async function withoutJetStream<Result>(work: () => Promise<Result>): Promise<Result> {
  await nats.kill();
  const files = {
    'nats.conf': `
      listen: "127.0.0.1:${nats.port}"
      jetstream { store_dir: "<data>" }
      accounts { plain { users: [{ user: anybody, password: any }] } }
      no_auth_user: anybody`,
  };
  const other = await startNats({ port: nats.port, given: { files, env: {} } });
  try {
    await waitUntil('the connection to be back', () => bus.connection.flush().then(() => true, () => false)); // prettier-ignore
    return await work();
  } finally {
    await other.stop();
    await nats.restart();
  }
}

test('what the server says: it has no JetStream', async () => {
  await withoutJetStream(async () => {
    const client = await connect({ servers: nats.url });
    await expect(jetstreamManager(client)).rejects.toMatchObject({ name: 'JetStreamNotEnabled', message: NOT_ENABLED });
    await client.close();
  });
});

test('a publish is made again until JetStream is back, and a read says that it may be', async () => {
  const run = aRunRequest();
  const stored = await withoutJetStream(async () => {
    const publish = bus.publish(RunRequested, run);
    await waitUntil('an attempt', () => reasons.includes('no reply: no-responders'));
    await expect(bus.publisher.lastStored('RUNS', RunRequested.subject(run))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      cause: { message: NOT_ENABLED },
    });
    return { publish };
  });
  expect(await stored.publish).toMatchObject({ duplicate: false });
  expect((await bus.lastOnSubject(RunRequested, run))?.payload).toEqual(run);
});

test('a service that starts waits for it', async () => {
  const started = await withoutJetStream(async () => {
    const starting = connectBus({ url: nats.url, name: 'starting', logger });
    await waitUntil('a look', () => reasons.includes(NOT_ENABLED));
    return { starting };
  });
  await (await started.starting).close();
});

test('a publish that the server cannot store for now is made again', async () => {
  const entry = aJournalEntry();
  const stream = `JOURNAL_${JournalEntry.subject(entry).split('.')[1]}`;
  const { streams } = await jetstreamManager(bus.connection);
  await bus.publish(JournalEntry, entry);
  // Its reply is "stream store failed" with the status 503, and none that there is no room.
  const one = { discard: DiscardPolicy.New, max_msgs_per_subject: 1, discard_new_per_subject: true };
  await streams.update(stream, one);
  const publish = bus.publish(JournalEntry, { ...entry, entry_id: 'second' });
  await waitUntil('an attempt', () => reasons.includes('maximum messages per subject exceeded'));
  await streams.update(stream, { max_msgs_per_subject: -1, discard_new_per_subject: false });
  expect(await publish).toMatchObject({ duplicate: false });
});
