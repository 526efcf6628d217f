import { aWorkflow, uniqueName } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';
import { failure, webhookId, workflowCalls } from './workflow-calls.fixture.js';

let fixture: Fixture;
const organisation_id = uniqueName('org');

beforeAll(async () => {
  fixture = await openFixture();
  await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

const { create, get, patch } = workflowCalls(() => ({ fixture, organisation_id }));

it('merges at every level, removes by null, replaces arrays, and keeps what it does not name', async () => {
  const workflow = await create(
    aWorkflow({
      description: 'x',
      variables: { mail: { to: 'a', cc: 'b' }, list: [1, 2] },
      settings: { timeout: '1m' },
    }),
  );
  const patched = await patch(workflow.id, {
    description: null,
    variables: { mail: { cc: null, bcc: 'c' }, list: [3], none: null },
    trigger: { config: { method: 'PUT' } },
  });
  expect(patched).toMatchObject({
    version: 2,
    description: null,
    settings: { timeout: '1m' },
    steps: workflow.steps,
  });
  expect(patched.variables).toEqual({ mail: { to: 'a', bcc: 'c' }, list: [3] });
  expect(patched.trigger).toMatchObject({ type: 'webhook', config: { method: 'PUT' } });
  expect(webhookId(patched.trigger)).toBe(webhookId(workflow.trigger));
  expect(await get(workflow.id)).toEqual(patched);
});

it('makes no version of what changes nothing, and switches on and off by the status', async () => {
  const workflow = await create(aWorkflow({ variables: { a: 1 } }));
  expect(await patch(workflow.id, {})).toEqual(workflow);
  expect(await patch(workflow.id, { variables: { a: 1, b: null }, id: 'wf_other', version: null })).toEqual(workflow);
  expect(await patch(workflow.id, { status: 'paused' })).toMatchObject({ status: 'paused', version: 1 });
});

it('refuses a result that is not valid, and what is no object, and changes nothing', async () => {
  const workflow = await create(aWorkflow());
  // A workflow has a status, a name and steps, and its trigger in one place.
  for (const change of [{ status: null }, { name: null }, { steps: null }, { triggers: [] }, [], 'x', null, 7])
    expect([change, (await failure(patch(workflow.id, change))).code]).toEqual([change, 'INVALID_INPUT']);
  expect(await get(workflow.id)).toEqual(workflow);
  const others = await patch(workflow.id, { trigger: null, triggers: [{ type: 'webhook' }] });
  expect(others).not.toHaveProperty('trigger');
});

it('refuses a change of a version that is not current any more', async () => {
  const { id } = await create(aWorkflow());
  await patch(id, { description: 'two' }, 1);
  const error = await failure(patch(id, { description: 'three' }, 1));
  expect(error).toMatchObject({ code: 'VERSION_CONFLICT', details: { if_version: 1, current_version: 2 } });
});

it('is bounded as a document is: in depth, in size, also of the result, and by names', async () => {
  const large = 'x'.repeat(600_000);
  const workflow = await create(aWorkflow({ variables: { large } }));
  let deep: unknown = 1;
  for (let level = 0; level < 120; level++) deep = { a: deep };
  const refused = [
    ['too_deep', { variables: deep }],
    ['too_large', { variables: { larger: 'x'.repeat(1_100_000) } }],
    ['too_large', { variables: { second: large } }],
    ['not_json', JSON.parse('{"variables":{"__proto__":{"polluted":true}}}') as unknown],
  ] as const;
  for (const [code, change] of refused)
    expect(await failure(patch(workflow.id, change))).toMatchObject({
      code: 'INVALID_INPUT',
      details: { issues: [expect.objectContaining({ code }) as unknown] },
    });
  expect(await get(workflow.id)).toEqual(workflow);
});
