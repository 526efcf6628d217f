import { setTimeout as sleep } from 'node:timers/promises';
import { CancelExecution, JournalEntry, LIMITS, newId, RunRequested, type RunRequest } from '@millrace/contracts';
import { HEADERS, newHeaders, type NatsBus } from '@millrace/messaging';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import { silentLogger } from '@millrace/service-kit/logging';
import { waitUntil } from '@millrace/testing';
import { ConcurrencySlots, groupOf } from '../src/concurrency/concurrency-slots.js';
import { ExecutorScene } from './executor-scene.js';
import { eventsAtEnd, eventsOf, queueIsEmpty } from './executor.fixture.js';
import { requestOf, saveWorkflow } from './saved-workflow.fixture.js';

/* settings.concurrency, against a real NATS server and executors that are killed. */

jest.setTimeout(180_000);

const CALL_MS = 100;

const organisation_id = newId('organisation');
let scene: ExecutorScene;
let bus: NatsBus;

beforeEach(async () => {
  scene = await ExecutorScene.open();
  ({ bus } = scene);
});
afterEach(() => scene.close());

const save = (steps: object[], concurrency: object, settings: object = {}) =>
  saveWorkflow(bus, steps, { settings: { concurrency, ...settings } }, { organisation_id });

async function begin(workflow_id: string, inputs: readonly unknown[]): Promise<RunRequest[]> {
  const requests = inputs.map((input) => requestOf({ organisation_id, workflow_id }, input));
  for (const request of requests) await bus.publish(RunRequested, request);
  return requests;
}

const ends = (requests: readonly RunRequest[]) =>
  Promise.all(requests.map(async (request) => (await eventsAtEnd(bus, request)).at(-1)));

async function isSuspended(request: RunRequest): Promise<boolean> {
  return (await eventsOf(bus, request)).at(-1)?.type === 'suspended';
}

/** Responds to calls after a while, and reports how many executions of one key were at it at the same time, at most. */
function countCalls(): { most: Map<string, number>; called: Set<string>; calls: () => number } {
  const called = new Set<string>();
  const most = new Map<string, number>();
  const inside = new Map<string, Map<string, number>>();
  let calls = 0;
  scene.server.otherwise(async ({ path }) => {
    const [, key = '', id = ''] = path.split('/');
    calls++;
    called.add(id);
    const ofKey = inside.get(key) ?? new Map<string, number>();
    inside.set(key, ofKey);
    // A call of an executor that was killed is still there when its execution calls again.
    ofKey.set(id, (ofKey.get(id) ?? 0) + 1);
    most.set(key, Math.max(most.get(key) ?? 0, ofKey.size));
    await sleep(CALL_MS);
    const left = (ofKey.get(id) ?? 1) - 1;
    if (left === 0) ofKey.delete(id);
    else ofKey.set(id, left);
    return { body: 'ok' };
  });
  return { most, called, calls: () => calls };
}

const callingSteps = () => [
  { id: 'call', type: 'http', config: { url: `${scene.server.url}/{{input.key}}/{{execution.id}}` } },
  { id: 'say', type: 'transform', config: { output: '{{input.n}}' } },
];

test('of many executions no more run than may, for each key, and all of them end, though executors are killed', async () => {
  const { most, calls } = countCalls();
  const workflow_id = await save(callingSteps(), { limit: 2, key: '{{input.key}}' });
  let victim = await scene.spawn();
  await scene.start();
  const inputs = Array.from({ length: 40 }, (_, n) => ({ n, key: n % 4 === 0 ? 'rare' : 'common' }));
  const requests = await begin(workflow_id, inputs);
  for (const number of [4, 12, 20]) {
    await waitUntil(`${number} calls`, () => calls() >= number);
    victim.kill('SIGKILL');
    victim = await scene.spawn();
  }
  expect(await ends(requests)).toMatchObject(inputs.map(({ n }) => ({ type: 'completed', output: n })));
  expect(Object.fromEntries(most)).toEqual({ rare: 2, common: 2 });
  await queueIsEmpty(bus);
  // Nobody needs the slots any more.
  const info = await bus.connection.request('$JS.API.STREAM.INFO.KV_slots', '');
  expect(info.json<{ state: { messages: number } }>().state.messages).toBe(0);
});

test('those that wait are suspended: they take no place in an executor', async () => {
  scene.server.otherwise({ body: 'ok', delayMs: 2 * CALL_MS });
  const workflow_id = await save(callingSteps(), { limit: 1 });
  await scene.start();
  const requests = await begin(
    workflow_id,
    Array.from({ length: 4 }, () => ({ n: 1, key: 'k' })),
  );
  expect(await ends(requests)).toMatchObject(requests.map(() => ({ type: 'completed' })));
  const events = await Promise.all(requests.map((request) => eventsOf(bus, request)));
  expect(events.filter((of) => of.some(({ type }) => type === 'suspended'))).toHaveLength(3);
});

test('one above the limit is cancelled at once where the workflow says skip', async () => {
  const { most } = countCalls();
  const pause = { id: 'pause', type: 'wait', config: { duration: '2500ms' } };
  const workflow_id = await save([pause, ...callingSteps()], { limit: 1, on_conflict: 'skip' });
  await scene.start();
  const [first] = await begin(workflow_id, [{ n: 1, key: 'k' }]);
  await waitUntil('the first one waits', () => isSuspended(first as RunRequest));
  const [second] = await begin(workflow_id, [{ n: 2, key: 'k' }]);
  expect(await ends([second as RunRequest])).toMatchObject([
    { type: 'cancelled', reason: 'Skipped: 1 of the workflow runs already (settings.concurrency)' },
  ]);
  expect(await ends([first as RunRequest])).toMatchObject([{ type: 'completed', output: 1 }]);
  expect(most.get('k')).toBe(1);
  const [third] = await begin(workflow_id, [{ n: 3, key: 'k' }]);
  expect(await ends([third as RunRequest])).toMatchObject([{ type: 'completed', output: 3 }]);
});

test('those that find no slot are skipped and call nothing, though executors are killed', async () => {
  const { most, called, calls } = countCalls();
  const concurrency = { limit: 2, key: '{{input.key}}', on_conflict: 'skip' };
  const workflow_id = await save(callingSteps(), concurrency);
  let victim = await scene.spawn();
  await scene.start();
  const requests: RunRequest[] = [];
  const beginSome = async () => {
    const inputs = Array.from({ length: 8 }, (_, n) => ({ n, key: n % 4 === 0 ? 'rare' : 'common' }));
    requests.push(...(await begin(workflow_id, inputs)));
  };
  for (let round = 0; round < 2; round++) {
    const before = calls();
    await beginSome();
    await waitUntil('some of them call', () => calls() > before + 1);
    victim.kill('SIGKILL');
    victim = await scene.spawn();
  }
  const all = await ends(requests);
  const completed = requests.filter((_, index) => all[index]?.type === 'completed');
  expect(completed.map(({ execution_id }) => execution_id).sort()).toEqual([...called].sort());
  expect(all.filter((end) => end?.type !== 'completed')).toEqual(
    Array<unknown>(requests.length - completed.length).fill(
      expect.objectContaining({
        type: 'cancelled',
        reason: 'Skipped: 2 of the workflow run already (settings.concurrency)',
      }),
    ),
  );
  expect(Math.max(...most.values())).toBe(2);
  await queueIsEmpty(bus);
  const [next] = await begin(workflow_id, [{ n: 7, key: 'common' }]);
  expect(await ends([next as RunRequest])).toMatchObject([{ type: 'completed', output: 7 }]);
});

test('one that has begun goes on when the record of its slot is lost, and counts from then on', async () => {
  const pause = { id: 'pause', type: 'wait', config: { duration: '2500ms' } };
  const workflow_id = await save([pause, { ...pause, id: 'again' }], { limit: 1, on_conflict: 'skip' });
  await scene.start();
  const [first] = await begin(workflow_id, [{}]);
  await waitUntil('the first one waits', () => isSuspended(first as RunRequest));
  await bus.connection.request('$JS.API.STREAM.PURGE.KV_slots', '');
  const [second] = await begin(workflow_id, [{}]);
  await waitUntil('the second one waits', () => isSuspended(second as RunRequest));
  await waitUntil('the first one has gone on', async () =>
    (await eventsOf(bus, first as RunRequest)).some(({ type }) => type === 'step_completed'),
  );
  await waitUntil('the second one has gone on', async () =>
    (await eventsOf(bus, second as RunRequest)).some(({ type }) => type === 'step_completed'),
  );
  const [third] = await begin(workflow_id, [{}]);
  expect(await ends([third as RunRequest])).toMatchObject([{ type: 'cancelled' }]);
  expect(await ends([first as RunRequest, second as RunRequest])).toMatchObject([
    { type: 'completed' },
    { type: 'completed' },
  ]);
});

test('a key that cannot be worked out fails the execution, which says where', async () => {
  await scene.start();
  const workflow_id = await save([], { limit: 1, key: '{{input.key}}' });
  const path = 'settings.concurrency.key';
  expect(await ends(await begin(workflow_id, [{}, { key: [1] }]))).toMatchObject([
    { type: 'failed', error: { code: 'EXPRESSION_FAILED', details: { path } } },
    { type: 'failed', error: { code: 'EXPRESSION_FAILED', details: { path, type: 'array' } } },
  ]);
});

test('the timeout of an execution ends its wait for a slot', async () => {
  const pause = { id: 'pause', type: 'wait', config: { duration: '4s' } };
  const holding = await save([pause], { limit: 1 });
  await scene.start();
  const [first] = await begin(holding, [{}]);
  await waitUntil('the first one waits', () => isSuspended(first as RunRequest));
  const short = await saveWorkflow(
    bus,
    [pause],
    { settings: { concurrency: { limit: 1 }, timeout: '1s' } },
    { organisation_id, workflow_id: holding, version: 2 },
  );
  const request = { ...requestOf({ organisation_id, workflow_id: short }), version: 2 };
  await bus.publish(RunRequested, request);
  expect(await ends([request])).toMatchObject([{ type: 'failed', error: { code: 'EXECUTION_TIMEOUT' } }]);
  expect(await ends([first as RunRequest])).toMatchObject([{ type: 'completed' }]);
});

test('the longest wait for a beginning ends that for an executor, and that for a slot', async () => {
  const pause = { id: 'pause', type: 'wait', config: { duration: '4s' } };
  const holding = await save([pause], { limit: 1 });
  const alone = await saveWorkflow(bus, [pause], { settings: { queue_timeout: '500ms' } }, { organisation_id });
  const kept = await begin(alone, [{}]);
  await sleep(700);
  await scene.start();
  expect(await ends(kept)).toMatchObject([{ type: 'failed', error: { code: 'QUEUE_TIMEOUT' } }]);
  const [first] = await begin(holding, [{}]);
  await waitUntil('the first one waits', () => isSuspended(first as RunRequest));
  const short = await saveWorkflow(
    bus,
    [pause],
    { settings: { concurrency: { limit: 1 }, queue_timeout: '1s' } },
    { organisation_id, workflow_id: holding, version: 2 },
  );
  const request = { ...requestOf({ organisation_id, workflow_id: short }), version: 2 };
  await bus.publish(RunRequested, request);
  expect(await ends([request])).toMatchObject([{ type: 'failed', error: { code: 'QUEUE_TIMEOUT' } }]);
  expect(await ends([first as RunRequest])).toMatchObject([{ type: 'completed' }]);
});

test('a slot that nobody has given back is found by the next one that asks', async () => {
  countCalls();
  const workflow_id = await save(callingSteps(), { limit: 1 });
  const [lost] = await begin(workflow_id, [{ n: 1, key: 'k' }]);
  await scene.start();
  await ends([lost as RunRequest]);
  await queueIsEmpty(bus);
  // As if the executor had died, and its message were gone.
  const subject = `$KV.slots.${organisation_id}.${workflow_id}.${'e3b0c44298fc1c149afbf4c8996fb924'}`;
  const slots = { running: [{ id: lost?.execution_id }], waiting: [] };
  await bus.connection.request(subject, JSON.stringify(slots));
  expect(await ends(await begin(workflow_id, [{ n: 2, key: 'k' }]))).toMatchObject([{ type: 'completed', output: 2 }]);
});

test('where the newest replaces the others it is let in, however many wait for their end, and takes nobody a slot', async () => {
  const workflow_id = await save([], { limit: 1, on_conflict: 'cancel_running' });
  const group = groupOf({ organisation_id, workflow_id }, '');
  const write = (slots: object) =>
    bus.connection.request(`$KV.slots.${organisation_id}.${workflow_id}.${group.group}`, JSON.stringify(slots));
  const running = newId('execution');
  const waiting = Array.from({ length: LIMITS.concurrencyWaiting }, () => newId('execution'));
  const [next = '', ...others] = waiting;
  const [runs] = await begin(workflow_id, [{}]);
  const cancelled: string[] = [];
  // In the place of history. Those that are cancelled do not end while this test looks.
  bus.connection.subscribe(CancelExecution.subject, {
    callback: (_, message) => {
      const isFirst = cancelled.push(message.json<{ execution_id: string }>().execution_id) === 1;
      const headers = newHeaders();
      headers.set(HEADERS.error, 'EXECUTION_FINISHED');
      const answer = () => message.respond(JSON.stringify({ code: 'EXECUTION_FINISHED', message: 'x' }), { headers });
      // Meanwhile the one that ran has ended.
      void (isFirst ? write({ running: [{ id: next }], waiting: others }).then(answer) : answer());
    },
  });
  await scene.start();
  await ends([runs as RunRequest]);
  // They have not ended, as far as their journals know.
  const started = { type: 'started', at: new Date().toISOString(), workflow_id, version: 1 } as const;
  const rest = { accepted_at: started.at, trigger: { type: 'api' }, input: null } as const;
  const events = [{ ...started, ...rest }];
  for (const execution_id of [running, next])
    await bus.publish(JournalEntry, { entry_id: newId('event'), organisation_id, execution_id, events });
  await write({ running: [{ id: running }], waiting });
  const [newest] = await begin(workflow_id, [{}]);
  await waitUntil('the newest one waits', () => isSuspended(newest as RunRequest));
  // Those that wait for nothing any more made room; of the others so many were cancelled as one execution may.
  expect(cancelled).toEqual(waiting.slice(0, 100));
  expect(await new ConcurrencySlots(bus, new JournalAsides(bus, silentLogger())).has(group, next)).toBe(true);
});
