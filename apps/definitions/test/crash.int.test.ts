import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ActiveSnapshot,
  CreateWorkflow,
  GetWorkflow,
  UpdateWorkflow,
  VersionSnapshot,
  type WorkflowResource,
} from '@millrace/contracts';
import { aWorkflow, freePort, uniqueName, waitUntil } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';

const MAIN = path.join(__dirname, '..', 'dist', 'program', 'main.js');

let fixture: Fixture;
let healthPort: number;
const organisation_id = uniqueName('org');

beforeAll(async () => {
  fixture = await openFixture();
  healthPort = await freePort();
}, 180_000);
afterAll(() => fixture.stop());

/** Runs the built service as a process of its own, ready to be killed. */
async function startProcess(): Promise<ChildProcess> {
  const environment = { ...fixture.environment, MILLRACE_HEALTH_PORT: String(healthPort), PATH: process.env.PATH };
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
  await waitUntil(
    'the process to be ready',
    async () => (await fetch(`http://127.0.0.1:${healthPort}/health/ready`)).status === 200,
    30_000,
  );
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  return ((await exited) as [number | null])[0];
}

/** A caller whose request was being served when the process died waits in vain. */
const options = { timeoutMs: 3_000 };
const create = (): Promise<WorkflowResource> =>
  fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() }, options);
const get = (workflow_id: string): Promise<WorkflowResource> =>
  fixture.client.request(GetWorkflow, { organisation_id, workflow_id });
const update = (workflow_id: string, name: string, patience = options): Promise<WorkflowResource> =>
  fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, patch: { name } }, patience);

it('killed by SIGKILL in the middle of writes, it has kept every answer it gave and completes what it had begun', async () => {
  const created: WorkflowResource[] = [];
  const renamed = new Map<string, number>();
  for (let round = 0; round < 4; round++) {
    const child = await startProcess();
    const edited = await create();
    created.push(edited);
    const work = Promise.allSettled([
      ...Array.from({ length: 15 }, async () => created.push(await create())),
      ...Array.from({ length: 5 }, async (_, writer) => {
        const { version } = await update(edited.id, `round ${round} writer ${writer}`);
        renamed.set(edited.id, Math.max(version, renamed.get(edited.id) ?? 0));
      }),
    ]);
    await sleep(20 + round * 25);
    await end(child, 'SIGKILL');
    await work;
  }

  const child = await startProcess();
  const workflows = fixture.mongo.collection('workflows');
  await waitUntil(
    'the sweeper to finish',
    async () => (await workflows.countDocuments({ snapshot_pending: true })) === 0,
  );
  for (const workflow of created) {
    const now = await get(workflow.id);
    expect(now.version).toBeGreaterThanOrEqual(renamed.get(workflow.id) ?? 1);
    expect({ ...now, name: '', version: 0, updated_at: '' }).toEqual({
      ...workflow,
      name: '',
      version: 0,
      updated_at: '',
    });
  }
  const stored = await workflows.find().toArray();
  expect(stored.length).toBeGreaterThanOrEqual(created.length);
  for (const { _id, version, name } of stored) {
    const workflow_id = String(_id);
    expect(await fixture.client.snapshots.get(ActiveSnapshot, { workflow_id })).toMatchObject({
      version: version as number,
    });
    expect(
      await fixture.client.snapshots.get(VersionSnapshot, { workflow_id, version: version as number }),
    ).toMatchObject({ name: name as string });
    // A number that a dead writer has taken blocks nobody.
    expect((await update(workflow_id, 'afterwards', { timeoutMs: 10_000 })).version).toBe((version as number) + 1);
  }
  expect(await end(child, 'SIGTERM')).toBe(0);
}, 180_000);
