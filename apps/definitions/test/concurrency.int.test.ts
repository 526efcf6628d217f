import {
  CreateWorkflow,
  GetWorkflow,
  UpdateWorkflow,
  ActiveSnapshot,
  AppError,
  type WorkflowResource,
} from '@millrace/contracts';
import { aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';

let fixture: Fixture;
const organisation_id = uniqueName('org');

// Two replicas share the questions, so that the writers below meet in the database and nowhere else.
beforeAll(async () => {
  fixture = await openFixture();
  await fixture.start();
  await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

const create = (): Promise<WorkflowResource> =>
  fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow() });
const get = (workflow_id: string): Promise<WorkflowResource> =>
  fixture.client.request(GetWorkflow, { organisation_id, workflow_id });
const update = (workflow_id: string, patch: unknown, if_version?: number): Promise<WorkflowResource> =>
  fixture.client.request(UpdateWorkflow, {
    organisation_id,
    workflow_id,
    patch,
    ...(if_version === undefined ? {} : { if_version }),
  });

const published = (workflow_id: string) => fixture.client.snapshots.get(ActiveSnapshot, { workflow_id });

it('of 20 changes of the same version exactly one wins, and the others get a conflict', async () => {
  const { id } = await create();
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, writer) => update(id, { name: `writer ${writer}` }, 1)),
  );
  const won = results.filter((result) => result.status === 'fulfilled');
  const lost = results.filter((result) => result.status === 'rejected').map((result) => result.reason as AppError);
  expect(won).toHaveLength(1);
  expect(lost.map((error) => error.code)).toEqual(Array.from({ length: 19 }, () => 'VERSION_CONFLICT'));
  expect(await get(id)).toEqual(won[0]?.value);
  expect(await get(id)).toMatchObject({ version: 2 });
  await waitUntil('the winner to be published', async () => (await published(id))?.version === 2);
});

/** On a slow machine the last of many waits longer than a change may, and is asked to try again. */
async function untilMade<Result>(change: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'SERVICE_UNAVAILABLE') throw error;
    }
  }
}

it('20 changes without a guard are all made, one after the other, without a gap in the versions', async () => {
  const { id } = await create();
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, writer) => untilMade(() => update(id, { name: `writer ${writer}` }))),
  );
  expect(results.map((workflow) => workflow.version).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 2),
  );
  const last = results.find((workflow) => workflow.version === 21);
  expect(await get(id)).toEqual(last);
  expect((await published(id))?.version).toBe(21);
});

it('changes of different fields do not undo each other', async () => {
  const { id } = await create();
  await Promise.all([
    update(id, { name: 'renamed' }),
    update(id, { description: 'described' }),
    update(id, { status: 'paused' }),
    update(id, { variables: { a: 1 } }),
  ]);
  expect(await get(id)).toMatchObject({
    name: 'renamed',
    description: 'described',
    status: 'paused',
    variables: { a: 1 },
    version: 4,
  });
  expect(await published(id)).toMatchObject({ version: 4, status: 'paused' });
});
