import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionAccepted, ExecutionResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually, inParallel } from './support/eventually.js';
import { killHard } from './support/platform.js';
import { allReady } from './support/readiness.js';
import { startReplicas, type Replica } from './support/replicas.js';

/*
 * With `on_conflict: cancel_running` the `limit` of a key that were started last stay and no others, and never run more than that at once, while two executors start them and
 * whoever runs, cancels and stores them is killed. No execution ends by itself: those that stay are exactly those that should.
 */

const api = new ApiClient();
const LIMIT = 2;
const KEYS = ['a', 'b'];
/** Of each key, in each round. */
const STARTS = 4;
const VICTIMS = ['service:executor', 'service:history', 'service:executor', 'server:nats', 'service:executor'];

let service: CountingService;
let other: Replica;
/** When each execution called for the first time, in ms. */
const firstCalls = new Map<string, number>();

beforeAll(async () => {
  service = await CountingService.start();
  service.answerWith(({ path }) => {
    const id = path.slice(1);
    if (!firstCalls.has(id)) firstCalls.set(id, Date.now());
    return undefined;
  });
  [other] = (await startReplicas(['executor'])) as [Replica];
});
afterAll(async () => {
  await other.stop();
  await service.stop();
});

const signal = (id: string) => api.expect(202, 'POST', `/executions/${id}/signals/go`, { json: {} });
const isOpen = ({ status }: ExecutionResource) => status === 'running' || status === 'waiting';

async function createCalling(): Promise<string> {
  const { id } = await api.create({
    name: 'Replaced by the newest',
    trigger: { type: 'webhook' },
    settings: { concurrency: { limit: LIMIT, key: '{{input.key}}', on_conflict: 'cancel_running' } },
    steps: [
      { id: 'call', type: 'http', config: { method: 'POST', url: `${service.url}/{{execution.id}}` } },
      { id: 'hold', type: 'wait', config: { signal: 'go' } },
    ],
  });
  return id;
}

/** Starts one; for a while after a kill the platform may refuse it, and what nobody knows of is the same under the same key. */
function start(workflowId: string, key: string): Promise<string> {
  const headers = { 'idempotency-key': randomUUID() };
  return eventually('a start is accepted', async () => {
    const path = `/workflows/${workflowId}/execute`;
    const { status, body } = await api.call<ExecutionAccepted>('POST', path, { json: { input: { key } }, headers });
    if (status !== 503) expect(status).toBe(202);
    return status === 202 ? body.execution_id : undefined;
  });
}

/** Starts some of each key while one process after the other is killed; returns their ids by key. */
async function startAmongKills(workflowId: string): Promise<Map<string, string[]>> {
  const started = new Map(KEYS.map((key) => [key, [] as string[]]));
  for (const victim of VICTIMS) {
    for (let number = 0; number < STARTS; number++)
      for (const key of KEYS) started.get(key)?.push(await start(workflowId, key));
    // Some have begun by then, others have not, and some are being cancelled.
    await sleep(Math.random() * 300);
    killHard(victim);
    await allReady();
  }
  return started;
}

const read = (ids: readonly string[]) => inParallel(ids, 8, (id) => api.execution(id));

/** How many of `executions` had called and not ended when `one` called for the first time, itself included. */
function runningAtCallOf(one: ExecutionResource, executions: readonly ExecutionResource[]): number {
  const at = firstCalls.get(one.id) ?? 0;
  const endOf = ({ completed_at: end }: ExecutionResource) => (end === null ? Infinity : Date.parse(end));
  return executions.filter((each) => (firstCalls.get(each.id) ?? Infinity) <= at && endOf(each) > at).length;
}

test('those of each key that were started last stay and all others are cancelled for another one, whatever is killed', async () => {
  const workflowId = await createCalling();
  for (const [key, ids] of await startAmongKills(workflowId)) {
    let executions: ExecutionResource[] = [];
    const stay = () => executions.filter(isOpen);
    await eventually(
      `of key ${key} no more than ${LIMIT} are left, and those have called`,
      async () => {
        executions = await read(ids);
        return (stay().length === LIMIT && stay().every(({ id }) => firstCalls.has(id))) || undefined;
      },
      { timeoutMs: 120_000, everyMs: 500, lastSeen: () => executions.map(({ id, status }) => [id, status]) },
    );
    expect(stay().map(({ id }) => id)).toEqual(ids.slice(-LIMIT));
    const replaced = executions.filter((one) => !isOpen(one));
    expect(replaced.map(({ status }) => status)).toEqual(replaced.map(() => 'cancelled'));
    for (const { cancellation } of replaced) expect(ids).toContain(replacerOf(cancellation?.reason));
    const called = executions.filter(({ id }) => firstCalls.has(id));
    expect(Math.max(...called.map((one) => runningAtCallOf(one, called)))).toBe(LIMIT);
    await expectNewestReplaces(workflowId, key, stay());
  }
});

/** The one that has replaced another one, as the reason of the cancel names it. */
function replacerOf(reason: string | null | undefined): string | undefined {
  return /^Replaced by (exec_\w+) \(settings\.concurrency\)$/.exec(reason ?? '')?.[1];
}

/** One more start ends the older one of those that have stayed, and the slots of those that complete are free again. */
async function expectNewestReplaces(
  workflowId: string,
  key: string,
  stayed: readonly ExecutionResource[],
): Promise<void> {
  const { execution_id: newest } = await api.execute(workflowId, { key });
  await eventually('the newest one calls', () => firstCalls.get(newest));
  const after = await read(stayed.map(({ id }) => id));
  expect(after.map((one) => (isOpen(one) ? 'open' : one.status))).toEqual(['cancelled', 'open']);
  const left = [newest, ...after.filter(isOpen).map(({ id }) => id)];
  for (const id of left) await signal(id);
  expect((await inParallel(left, LIMIT, (id) => api.ended(id))).map(({ status }) => status)).toEqual(
    left.map(() => 'completed'),
  );
  const next = await inParallel(
    Array.from({ length: LIMIT }),
    LIMIT,
    async () => (await api.execute(workflowId, { key })).execution_id,
  );
  await eventually('as many as may run call', () => next.every((id) => firstCalls.has(id)) || undefined);
  expect((await read(next)).filter(isOpen)).toHaveLength(LIMIT);
  for (const id of next) await signal(id);
}
