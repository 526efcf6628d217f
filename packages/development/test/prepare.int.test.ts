import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectNats, OPERATOR } from '@millrace/messaging';
import { silentLogger } from '@millrace/service-kit/logging';
import { openMongo } from '@millrace/service-kit/mongo';
import { startNats, waitUntil } from '@millrace/testing';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { MASTER_KEYS } from '../src/kubernetes/container-settings.js';
import { passwordVariable } from '../src/kubernetes/nats-users.js';
import { Fleet } from './installation/fleet.js';
import { startProgram, type Program } from './installation/processes.js';
import { SETTINGS, startServers, valuesOfSecret, type Servers } from './installation/servers.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* `node dist/program/main.js prepare` of the built services, with the users and rights that an installation has. */

const NAMES = SERVICES.map(({ name }) => name);
const folder = mkdtempSync(join(tmpdir(), 'millrace-prepare-'));
const fleets: Fleet[] = [];
let prepared: Servers;
let started: Servers;
let runs = 0;

beforeAll(async () => {
  [prepared, started] = await Promise.all([startServers(), startServers()]);
});
afterAll(async () => {
  await Promise.all(fleets.map((fleet) => fleet.stop()));
  await Promise.all([prepared.stop(), started.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

interface Preparing {
  readonly program: Program;
  readonly lines: () => { readonly msg: string; readonly err?: { readonly message: string } }[];
}

/** Begins the program of a service with words behind its name. */
function begin(name: string, words: readonly string[], changes: Readonly<Record<string, string>> = {}): Preparing {
  const logs = join(folder, String(runs++));
  mkdirSync(logs);
  const keys = join(logs, 'master-keys');
  writeFileSync(keys, valuesOfSecret(prepared, MASTER_KEYS)['master-keys'] ?? '', { mode: 0o600 });
  const program = startProgram({
    name,
    program: process.execPath,
    args: [join(REPOSITORY, 'apps', name, 'dist/program/main.js'), ...words],
    // The same port for all: nobody listens.
    env: {
      ...{ ...SETTINGS, MILLRACE_MASTER_KEYS_FILE: keys, MILLRACE_HEALTH_PORT: '8080' },
      ...{ ...valuesOfSecret(prepared, `millrace-${name}`), ...changes },
    },
    cwd: join(REPOSITORY, 'apps', name),
    logs,
  });
  const text = () =>
    readFileSync(join(logs, `${name}.log`), 'utf8')
      .split('\n')
      .filter(Boolean);
  return { program, lines: () => text().map((line) => JSON.parse(line) as ReturnType<Preparing['lines']>[number]) };
}

/** Lets all services prepare at the same time; what each of them said. */
async function prepareAll(of: Servers): Promise<ReadonlyMap<string, ReturnType<Preparing['lines']>>> {
  const all = NAMES.map((name) => begin(name, ['prepare'], valuesOfSecret(of, `millrace-${name}`)));
  const ends = await Promise.all(all.map(({ program }) => program.ended));
  const said = new Map(all.map(({ program: { name }, lines }) => [name, lines()]));
  expect([ends, ends.every((end) => end === 0) ? '' : JSON.stringify([...said], null, 1)]).toEqual([
    NAMES.map(() => 0),
    '',
  ]);
  return said;
}

const linesOf = (said: ReadonlyMap<string, ReturnType<Preparing['lines']>>) => [...said.values()].flat();

function operatorOf(servers: Servers) {
  const pass = valuesOfSecret(servers, 'millrace-nats')[passwordVariable(OPERATOR)] ?? '';
  return { servers: [...servers.nats.addresses], user: OPERATOR, pass, inboxPrefix: `_INBOX.${OPERATOR}` };
}

interface Configured {
  readonly config: { readonly name: string; readonly retention?: string };
}

async function askNats<Answer>(connection: NatsConnection, api: string, question: object = {}): Promise<Answer> {
  return (await connection.request(`$JS.API.${api}`, JSON.stringify(question), { timeout: 20_000 })).json<Answer>();
}

/** Settings of all streams and consumers, by their names. */
async function streamsOf(servers: Servers): Promise<Record<string, unknown>> {
  const connection = await connect(operatorOf(servers));
  const found: Record<string, unknown> = {};
  const { streams } = await askNats<{ streams: Configured[] }>(connection, 'STREAM.LIST');
  for (const { config } of streams) {
    found[config.name] = config;
    const { consumers } = await askNats<{ consumers: Configured[] }>(connection, `CONSUMER.LIST.${config.name}`);
    for (const consumer of consumers) found[`${config.name}/${consumer.config.name}`] = consumer.config;
  }
  await connection.close();
  return found;
}

/** The indexes of all collections, each with its options. */
async function indexesOf(servers: Servers): Promise<string[]> {
  const { MILLRACE_MONGODB_URL: url = '' } = valuesOfSecret(servers, 'millrace-history');
  const mongo = openMongo({ url, database: 'millrace', logger: silentLogger() });
  await mongo.asPromise();
  try {
    const collections = await mongo.listCollections();
    const found = await Promise.all(
      collections.map(async ({ name }) =>
        (await mongo.collection(name).indexes()).flatMap((index) =>
          // Every collection has this one, also those that services only write to.
          index.name === '_id_' ? [] : [`${name} ${JSON.stringify(index)}`],
        ),
      ),
    );
    return found.flat().sort();
  } finally {
    await mongo.close();
  }
}

it('makes on empty servers all that services make which run, and says what', async () => {
  const said = await prepareAll(prepared);
  const { user, pass, servers } = operatorOf(prepared);
  const { missing, differences } = await inspectNats(`nats://${user}:${pass}@${servers.join()}`);
  expect([missing, differences]).toEqual([[], []]);
  for (const [name, lines] of said) expect([name, lines.at(-1)?.msg]).toEqual([name, expect.stringMatching(/^\S+ is prepared/)]); // prettier-ignore
  const about = (text: string) => linesOf(said).filter(({ msg }) => msg === text).length;
  expect([about('Created streams and consumers') > 0, about('Created indexes') > 0]).toEqual([true, true]);

  const fleet = new Fleet(started, SETTINGS);
  fleets.push(fleet);
  await fleet.begin(REPOSITORY);
  const wanted = await indexesOf(prepared);
  let made: readonly string[] = [];
  const differs = () => [
    ...wanted.filter((index) => !made.includes(index)).map((index) => `no running service makes ${index}`),
    ...made.filter((index) => !wanted.includes(index)).map((index) => `not prepared: ${index}`),
  ];
  const isSame = async () => {
    made = await indexesOf(started);
    return differs().length === 0;
  };
  await waitUntil('the services to have the same indexes', isSame, 60_000, { seen: differs });
  expect(await streamsOf(started)).toEqual(await streamsOf(prepared));
  expect(wanted.length).toBeGreaterThan(20);
}, 600_000);

it('changes nothing beside services that run, and says that it made nothing', async () => {
  const before = [await streamsOf(started), await indexesOf(started)];
  const said = await prepareAll(started);
  expect([await streamsOf(started), await indexesOf(started)]).toEqual(before);
  expect(linesOf(said).filter(({ msg }) => msg.startsWith('Created'))).toEqual([]);
  expect(await fleets[0]?.stop()).toEqual([]);
}, 300_000);

it('takes no message', async () => {
  const { MILLRACE_NATS_URL = '' } = valuesOfSecret(prepared, 'millrace-gateway');
  const { username: user, password: pass, host } = new URL(MILLRACE_NATS_URL);
  const gateway = await connect({ servers: host, user, pass, inboxPrefix: `_INBOX.${user}` });
  expect((await gateway.request('runs.0.org.exec', '{}')).json()).toMatchObject({ stream: 'RUNS' });
  await gateway.close();
  // Whose queue it is.
  expect(await begin('executor', ['prepare']).program.ended).toBe(0);
  const connection = await connect(operatorOf(prepared));
  const state = await askNats(connection, 'CONSUMER.INFO.RUNS.executor-0');
  await connection.close();
  expect(state).toMatchObject({ num_pending: 1, delivered: { consumer_seq: 0 } });
}, 300_000);

it('ends with 1 and the reason where a stream is what it must not be, and leaves that as it is', async () => {
  const nats = await startNats();
  const connection = await connect({ servers: nats.url });
  await askNats(connection, 'STREAM.CREATE.RUNS', { name: 'RUNS', subjects: ['runs.>'], retention: 'limits' });
  const { program, lines } = begin('executor', ['prepare'], { MILLRACE_NATS_URL: nats.url });
  expect(await program.ended).toBe(1);
  const { msg, err } = lines().at(-1) ?? {};
  expect(msg).toBe("executor can't prepare");
  expect(err?.message).toContain('stream RUNS: retention is "limits" on the server and must be "workqueue"');
  expect((await askNats<Configured>(connection, 'STREAM.INFO.RUNS')).config.retention).toBe('limits');
  await connection.close();
  await nats.stop();
}, 120_000);

it('that is stopped while it waits for a server has not succeeded', async () => {
  const { program, lines } = begin('scheduler', ['prepare'], { MILLRACE_NATS_URL: 'nats://127.0.0.1:9' });
  await waitUntil('it to wait', () => lines().some(({ msg }) => msg.startsWith('NATS does not respond')), 60_000);
  expect(await program.stop()).toBe(1);
}, 120_000);

it.each(['prepared', 'prepare now'])(
  'a service does not know the words "%s", and says which it knows',
  async (words) => {
    const { program, lines } = begin('definitions', words.split(' '));
    expect(await program.ended).toBe(2);
    expect(lines().map(({ msg }) => msg)).toEqual([
      `definitions does not know "${words}". Without a word it runs; with "prepare" it makes its streams, consumers and indexes, and ends.`,
    ]);
  },
  120_000,
);
