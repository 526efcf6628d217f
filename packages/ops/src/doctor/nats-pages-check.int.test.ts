import { freePort, startNats, startNatsCluster, waitUntil, type ClusterServer } from '@millrace/testing';
import { checkNatsPages } from './nats-pages-check.js';

/* Against real servers: what their pages say is theirs. */

let servers: readonly ClusterServer[];
const pagesOf = (...names: readonly string[]) =>
  servers.filter(({ name }) => names.includes(name)).map(({ monitorUrl }) => monitorUrl);

beforeAll(async () => {
  servers = await startNatsCluster([
    { name: 'always', syncInterval: 'always', pingInterval: '5s' },
    { name: 'often', syncInterval: '10s', pingInterval: '10s' },
    { name: 'default', pingInterval: '10s' },
  ]);
  // One that does not know the cluster yet says that it is alone, or has no JetStream.
  await waitUntil('the three to be one cluster', async () =>
    (await statusOf(pagesOf('always', 'often', 'default'), 3)).every(([status]) => status !== 'failed'),
  );
});
afterAll(() => Promise.all(servers.map(({ server }) => server.stop())));

const statusOf = async (natsMonitorUrls: readonly string[], natsReplicas: number) =>
  (await checkNatsPages({ natsMonitorUrls, natsReplicas })).map(({ status, found }) => [status, found]);

test('a server that writes to disk too seldom is found, and those that write often enough are not', async () => {
  expect(await statusOf(pagesOf('always', 'often'), 3)).toEqual([['ok', expect.any(String)]]);
  const [seldom = ''] = pagesOf('default');
  expect(await statusOf(pagesOf('always', 'often', 'default'), 3)).toEqual([
    ['warning', expect.stringContaining(`${seldom}: it writes to disk every 120 s`)],
  ]);
});

test('a server of a cluster that looks too seldom for lost clients is found, and one that is alone may', async () => {
  const given = { files: { 'nats.conf': '' }, env: {} };
  const monitor = await freePort();
  const port = await freePort();
  given.files['nats.conf'] =
    `listen: "127.0.0.1:${port}"\nhttp: "127.0.0.1:${monitor}"\njetstream { store_dir: "<data>", sync_interval: "1s" }\n`;
  const server = await startNats({ port, given });
  const page = `http://127.0.0.1:${monitor}`;
  try {
    expect(await statusOf([page], 3)).toContainEqual([
      'warning',
      expect.stringContaining(`${page}: it looks every 120 s`),
    ]);
    expect(await statusOf([page], 1)).toEqual([['ok', expect.any(String)]]);
  } finally {
    await server.stop();
  }
});

test('servers that are fewer than copies are wanted are found', async () => {
  expect(await statusOf(pagesOf('always'), 5)).toEqual([
    ['failed', expect.stringContaining('one of 3, and each stream is to have 5 copies')],
  ]);
});

test('a server alone, and pages that cannot be read, are found', async () => {
  const alone = await startNats();
  try {
    const [nowhere, noPages] = ['http://127.0.0.1:1', `http://127.0.0.1:${alone.port}`];
    const statuses = (await statusOf([nowhere, noPages], 1)).map(([status]) => status);
    expect(statuses).toEqual(['failed', 'failed']);
  } finally {
    await alone.stop();
  }
  expect((await statusOf([], 1)).map(([status]) => status)).toEqual(['skipped']);
});
