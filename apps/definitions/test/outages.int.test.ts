import {
  ActiveSnapshot,
  CreateWorkflow,
  DeleteWorkflow,
  GetWorkflow,
  ListWorkflows,
  TokenSnapshot,
  UpdateWorkflow,
  type AppError,
  type WorkflowResource,
} from '@millrace/contracts';
import { aWorkflow, startMongo, TcpProxy, uniqueName, waitUntil, type OwnServer } from '@millrace/testing';
import { TokenSnapshots } from '../src/snapshots/token-snapshots.js';
import { Upkeep } from '../src/upkeep.js';
import { openFixture, type Fixture } from './definitions.fixture.js';

let mongo: OwnServer;
let proxy: TcpProxy;
let fixture: Fixture;
const organisation_id = uniqueName('org');

beforeAll(async () => {
  mongo = await startMongo();
  fixture = await openFixture({ mongo });
  proxy = await TcpProxy.start(mongo.url);
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  await proxy.stop();
  await mongo.stop();
});

const create = (): Promise<WorkflowResource> =>
  fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() });
const get = (workflow_id: string): Promise<WorkflowResource> =>
  fixture.client.request(GetWorkflow, { organisation_id, workflow_id });

/** Every request there is, on one workflow. */
const askEverything = (workflow_id: string): Promise<unknown>[] => [
  create(),
  get(workflow_id),
  fixture.client.request(ListWorkflows, { organisation_id, page: 1, per_page: 20 }),
  fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, patch: { name: uniqueName('changed') } }),
  fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id: 'wf_none' }),
];

/** The service itself says that its database is missing: its callers have not given it up before. */
function expectRefusedByService(results: readonly PromiseSettledResult<unknown>[]): void {
  const refusals = results.map((result) => (result.status === 'rejected' ? (result.reason as AppError) : result.value));
  const refused = { code: 'SERVICE_UNAVAILABLE', message: expect.stringMatching(/^The database /) as string };
  expect(refusals).toMatchObject(results.map(() => refused));
}

it('while MongoDB is away every request is refused as SERVICE_UNAVAILABLE before its caller gives up, and works again without a restart', async () => {
  const replica = await fixture.start();
  const workflow = await create();
  await mongo.kill();
  expectRefusedByService(await Promise.allSettled(askEverything(workflow.id)));
  await mongo.restart();
  await waitUntil('requests to work', () => get(workflow.id), 30_000);
  expect((await create()).version).toBe(1);
  await replica.stop();
}, 180_000);

it('a MongoDB that is away, or hangs, takes back no token', async () => {
  const replica = await fixture.start({ MILLRACE_MONGODB_URL: proxied() });
  const tokens = replica.app.get(TokenSnapshots);
  expect(await tokens.audit()).toBe(0);
  proxy.holdAnswers();
  await expect(tokens.audit()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  proxy.releaseAnswers();
  await mongo.kill();
  await expect(tokens.audit()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  const published = [];
  for await (const { value } of fixture.client.snapshots.all(TokenSnapshot)) published.push(value.organisation_id);
  expect(published).toEqual(['org_dev']);
  await mongo.restart();
  await replica.stop();
}, 180_000);

it('a MongoDB that hangs holds no request until its caller gives up', async () => {
  const replica = await fixture.start({ MILLRACE_MONGODB_URL: proxied() });
  const workflow = await create();
  proxy.holdAnswers();
  expectRefusedByService(await Promise.allSettled(askEverything(workflow.id)));
  proxy.releaseAnswers();
  await waitUntil('requests to work', () => get(workflow.id), 30_000);
  await replica.stop();
}, 180_000);

it('connections that break between writes leave nothing half done', async () => {
  const replica = await fixture.start({ MILLRACE_MONGODB_URL: proxied() });
  const answered: WorkflowResource[] = [];
  const refusals = new Set<string>();
  const moments = [
    ['insert', 1],
    ['insert', 6],
    ['update', 1],
    ['update', 6],
  ] as const;
  for (const [command, times] of moments) {
    const cut = proxy.cutAt(command, times);
    const work = Promise.allSettled(Array.from({ length: 10 }, () => create()));
    await cut;
    for (const result of await work) {
      if (result.status === 'fulfilled') answered.push(result.value);
      else refusals.add((result.reason as AppError).code);
    }
    await waitUntil('the connection', () => create(), 30_000);
  }
  expect([...refusals]).toEqual(['SERVICE_UNAVAILABLE']);
  for (const workflow of answered) expect(await get(workflow.id)).toEqual(workflow);
  await expectAllPublished();
  await replica.stop();
}, 180_000);

it('starts while MongoDB is away, says so, and prepares everything once it is there', async () => {
  await mongo.kill();
  const replica = await fixture.start({}, { wait: false });
  expect(await create().catch((error: unknown) => error)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  // Longer than the driver waits for its first server: the failure of the first attempt must end neither process nor service.
  await new Promise((resolve) => setTimeout(resolve, 6_500));
  expect(replica.app.get(Upkeep).check()).toMatchObject({ up: false });
  await mongo.restart();
  await waitUntil('the service to be prepared', () => replica.app.get(Upkeep).check().up, 30_000);
  expect((await create()).version).toBe(1);
  await replica.stop();
}, 180_000);

it('while NATS is away nothing is lost, and it goes on without a restart', async () => {
  const replica = await fixture.start();
  const workflow = await create();
  const work = Promise.allSettled(Array.from({ length: 10 }, () => create()));
  await fixture.nats.kill();
  await fixture.nats.restart();
  await work;
  await waitUntil('requests to work', () => get(workflow.id), 30_000);
  await expectAllPublished();
  await replica.stop();
}, 180_000);

/** The URL of the database through the proxy, with the path and the credentials of the server's own. */
function proxied(): string {
  const url = new URL(mongo.url);
  return mongo.url.replace(url.host, new URL(proxy.url('mongodb')).host);
}

/** Every workflow that is stored can be started on any gateway, and nothing is left to do. */
async function expectAllPublished(): Promise<void> {
  const workflows = fixture.mongo.collection('workflows');
  await waitUntil(
    'the sweeper to finish',
    async () => (await workflows.countDocuments({ snapshot_pending: true })) === 0,
    30_000,
  );
  for (const stored of await workflows.find({ deleted_at: null }).toArray()) {
    const workflow_id = String(stored._id);
    expect(await fixture.client.snapshots.get(ActiveSnapshot, { workflow_id })).toMatchObject({
      version: stored.version as number,
    });
    expect(
      await fixture.mongo
        .collection('workflow_versions')
        .countDocuments({ _id: `${workflow_id}:${String(stored.version)}` as never }),
    ).toBe(1);
  }
}
