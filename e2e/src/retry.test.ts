import type { ExecutionAccepted, ExecutionResource, ReplayPlan, StepRunDetail } from '@millrace/contracts';
import { ApiClient, type Refusal } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually } from './support/eventually.js';
import { killHard, processIds } from './support/platform.js';
import { allReady } from './support/readiness.js';

/*
 * Executions that go on from others, or do them again: what has been done is not done again, whatever dies meanwhile. What reached
 * the service shows who did what.
 */

const api = new ApiClient();
let service: CountingService;
/** Paths that the service refuses. */
const refused = new Set<string>();

beforeAll(async () => {
  service = await CountingService.start();
  service.answerWith(({ path }) => (refused.has(path) ? { status: 500 } : undefined));
});
afterAll(() => service.stop());
beforeEach(() => {
  refused.clear();
  service.calls.length = 0;
});

const call = (id: string, path = id, rest: object = {}) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: `${service.url}/${path}` },
  retry: { max_attempts: 1 },
  ...rest,
});
const create = (steps: readonly object[], rest: object = {}) =>
  api.create({ name: 'Restarts', trigger: { type: 'webhook' }, steps, ...rest });
const restart = (what: 'retry' | 'replay', id: string, json?: object) =>
  api.expect<ExecutionAccepted>(202, 'POST', `/executions/${id}/${what}`, json === undefined ? {} : { json });
const refusalOf = async (what: 'retry' | 'replay', id: string, json?: object) => {
  const { status, body } = await api.call<Refusal>(
    'POST',
    `/executions/${id}/${what}`,
    json === undefined ? {} : { json },
  );
  return { status, code: body.error.code, details: body.error.details, message: body.error.message };
};
const callsTo = (...paths: string[]) => paths.map((path) => service.callsTo(`/${path}`).length);
const stepsOf = ({ steps }: ExecutionResource) =>
  steps.map(({ path, status, reused }) => `${path} ${status}${reused ? ', reused' : ''}`);

async function fail(steps: readonly object[], input: unknown = {}, rest: object = {}): Promise<ExecutionResource> {
  const workflow = await create(steps, rest);
  const ended = await api.ended((await api.execute(workflow.id, input)).id);
  expect(ended.status).toBe('failed');
  refused.clear();
  return ended;
}

it('a retry does only what the execution has not done, in loops and parallels too', async () => {
  refused.add('/item-2').add('/b');
  const failed = await fail(
    [
      call('first'),
      {
        id: 'each',
        type: 'loop',
        config: { items: '{{input.items}}', steps: [call('one', 'item-{{item}}'), call('two', 'then-{{item}}')] },
      },
      {
        id: 'both',
        type: 'parallel',
        config: {
          branches: [
            { name: 'a', steps: [call('a')] },
            { name: 'b', steps: [call('b')] },
          ],
        },
      },
    ],
    { items: [1, 2, 3] },
  );
  refused.add('/b');
  const { id } = await restart('retry', failed.id);
  const again = await api.ended(id);
  expect(again).toMatchObject({ status: 'failed', retried_from: failed.id, failed_path: 'both.b.b' });
  expect(callsTo('first', 'item-1', 'then-1', 'item-2', 'then-2', 'item-3', 'then-3')).toEqual([1, 1, 1, 2, 1, 1, 1]);
  expect(stepsOf(again)).toContain('each[0].two completed, reused');
  refused.clear();
  // A retry of the retry: what the first one had done counts too.
  const last = await api.ended((await restart('retry', id)).id);
  expect(last).toMatchObject({ status: 'completed', retried_from: id, trigger: { original: { type: 'api' } } });
  expect(callsTo('first', 'item-1', 'item-2', 'then-3', 'b')).toEqual([1, 1, 2, 1, 2]);
  expect(last.steps.filter(({ reused }) => !reused).map(({ path }) => path)).not.toContain('each');
});

it('killed while a retry runs, the executor repeats nothing that was taken over, and history is right', async () => {
  refused.add('/last');
  const failed = await fail([call('first'), call('second'), call('held'), call('last')]);
  let holding = true;
  let isHeld = false;
  service.answerWith(({ path }) => {
    if (path !== '/last' || !holding) return undefined;
    isHeld = true;
    return new Promise<undefined>(() => undefined);
  });
  const { id } = await restart('retry', failed.id);
  await eventually('the retried step is under way', () => isHeld || undefined);
  holding = false;
  const before = killHard('service:executor');
  await eventually('a new executor runs', () => processIds()['service:executor'] !== before || undefined);
  await allReady();
  const ended = await api.ended(id, 110_000);
  expect(stepsOf(ended)).toEqual([
    'first completed, reused',
    'second completed, reused',
    'held completed, reused',
    'last completed',
  ]);
  expect(callsTo('first', 'second', 'held', 'last')).toEqual([1, 1, 1, 3]);
  service.answerWith(({ path }) => (refused.has(path) ? { status: 500 } : undefined));
});

it('an execution keeps what it has frozen over a retry: trigger, random numbers, and the items of a loop', async () => {
  refused.add('/end');
  const failed = await fail([
    { id: 'number', type: 'transform', config: { output: '{{uuid()}}' } },
    {
      id: 'each',
      type: 'loop',
      config: {
        items: '{{[uuid(), now()]}}',
        steps: [{ id: 'kept', type: 'transform', config: { output: '{{item}}' } }, call('end')],
      },
    },
    { id: 'told', type: 'transform', config: { output: '{{trigger.type}}' } },
  ]);
  const retried = await api.ended((await restart('retry', failed.id)).id);
  expect(retried).toMatchObject({ status: 'completed', output: 'api' });
  const outputOf = ({ steps }: ExecutionResource, path: string) => steps.find((one) => one.path === path)?.output;
  expect(outputOf(retried, 'number')).toBe(outputOf(failed, 'number'));
  expect(outputOf(retried, 'each[0].kept')).toBe(outputOf(failed, 'each[0].kept'));
  const detail = await api.expect<StepRunDetail>(200, 'GET', `/executions/${retried.id}/steps/number`);
  expect(detail).toMatchObject({ reused: true, input: null, input_error: { code: 'INPUT_UNKNOWN' } });
});

it('a sealed result is taken over, and stays secret', async () => {
  refused.add('/end');
  const secret = { id: 'secret', type: 'transform', config: { output: 'sesame-open-it' }, secrets_in_output: true };
  const end = call('end');
  const told = { ...end, config: { ...end.config, body: { told: '{{secret.output}}' } } };
  const failed = await fail([secret, told]);
  const retried = await api.ended((await restart('retry', failed.id)).id);
  expect(retried.status).toBe('completed');
  expect(service.callsTo('/end').map(({ body }) => body)).toEqual([
    { told: 'sesame-open-it' },
    { told: 'sesame-open-it' },
  ]);
  expect(JSON.stringify(retried)).not.toContain('sesame');
  const journal = await api.expect<unknown>(200, 'GET', `/executions/${retried.id}/journal`);
  expect(JSON.stringify(journal)).not.toContain('sesame');
});

it('a replay takes over the steps before the one it is from, on a version of choice, and says before what it repeats', async () => {
  const workflow = await create([call('a'), call('b'), call('c')]);
  const first = await api.run(workflow.id, { n: 1 });
  await api.expect(200, 'PUT', `/workflows/${workflow.id}`, {
    json: { steps: [call('b', 'new-b'), call('a'), call('d'), call('c')] },
  });
  const plan = await api.expect<ReplayPlan>(200, 'GET', `/executions/${first.id}/replay-plan?from_step=d`);
  expect(plan).toMatchObject({
    workflow_version: 2,
    steps: [
      { step_id: 'b', action: 'reuse' },
      { step_id: 'a', action: 'reuse' },
      { step_id: 'd', action: 'run' },
      { step_id: 'c', action: 'run' },
    ],
    repeats: [{ path: 'c', type: 'http', runs: 1 }],
  });
  const ended = await api.ended((await restart('replay', first.id, { from_step: 'd', input: { n: 2 } })).id);
  expect(stepsOf(ended).sort()).toEqual(['a completed, reused', 'b completed, reused', 'c completed', 'd completed']);
  expect(ended).toMatchObject({ replayed_from: first.id, workflow_version: 2, input: { n: 2 } });
  expect(callsTo('a', 'b', 'new-b', 'd', 'c')).toEqual([1, 1, 0, 1, 2]);
  const old = await api.ended((await restart('replay', first.id, { version: 1 })).id);
  expect([old.workflow_version, old.input, stepsOf(old).length]).toEqual([1, { n: 1 }, 3]);
  await eventually('both are listed', async () => {
    const { executions } = await api.executions(`workflow_id=${workflow.id}&trigger_type=replay`);
    return (
      (executions.length === 2 && executions.every(({ replayed_from }) => replayed_from === first.id)) || undefined
    );
  });
});

it('what cannot be retried or replayed is refused, with the cure', async () => {
  refused.add('/b');
  const failed = await fail([call('a'), call('b'), call('c')]);
  expect(await refusalOf('replay', failed.id, { from_step: 'c' })).toMatchObject({
    status: 422,
    code: 'REUSE_IMPOSSIBLE',
    details: { step_id: 'c' },
  });
  expect(await refusalOf('replay', failed.id, { from_step: 'z' })).toMatchObject({
    status: 422,
    code: 'REUSE_IMPOSSIBLE',
    details: { step_id: 'z' },
  });
  expect(await refusalOf('replay', failed.id, { version: 9 })).toMatchObject({
    status: 404,
    code: 'VERSION_NOT_FOUND',
  });
  const completed = await api.ended((await restart('retry', failed.id)).id);
  expect(await refusalOf('retry', completed.id)).toMatchObject({ status: 409, code: 'EXECUTION_NOT_FAILED' });
  const waits = await create([{ id: 'hold', type: 'wait', config: { duration: '1h' } }]);
  const { id } = await api.execute(waits.id);
  expect(await refusalOf('retry', id)).toMatchObject({ status: 409, code: 'EXECUTION_NOT_FINISHED' });
  await api.expect(200, 'POST', `/executions/${id}/cancel`);
  expect(await restart('retry', id)).toMatchObject({ status: 'running', workflow_id: waits.id });
  await api.expect(200, 'POST', `/workflows/${failed.workflow_id}/pause`);
  expect(await refusalOf('retry', failed.id)).toMatchObject({ code: 'WORKFLOW_PAUSED' });
});

it('a retry is one, however often it is sent with the same key', async () => {
  refused.add('/a');
  const failed = await fail([call('a')]);
  const headers = { 'idempotency-key': `retry-${failed.id}` };
  const ids = new Set<string>();
  for (const attempt of [1, 2, 3]) {
    const { id } = await api.expect<ExecutionAccepted>(202, 'POST', `/executions/${failed.id}/retry`, { headers });
    ids.add(id);
    if (attempt === 1) await api.ended(id);
  }
  expect([ids.size, ...callsTo('a')]).toEqual([1, 2]);
});
