import {
  ActiveSnapshot,
  AppError,
  GetExecution,
  newId,
  OrganisationSnapshot,
  PlanRestart,
  RunRequested,
  type RestartExecutions,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { silentLogger } from '@millrace/service-kit/logging';
import { RateLimiter } from '@millrace/service-kit/rate-limits';
import { openRedis, type RedisConnection } from '@millrace/service-kit/redis';
import { startNats, startRedis, waitUntil, type OwnServer } from '@millrace/testing';
import type { z } from 'zod';
import { Restarts } from '../src/restarts/restarts.js';
import { StartShares } from '../src/restarts/start-shares.js';
import { connectClient, publishWorkflow, workflowOf } from './executor.fixture.js';

type Asked = z.output<typeof RestartExecutions.question>;

const BEGUN_AT = '2026-11-25T09:00:00.000Z';
let nats: OwnServer;
let redisServer: OwnServer;
let redis: RedisConnection;
let bus: NatsBus;
let workflow: { organisation_id: string; workflow_id: string; version: number };
/** What history is asked, and what it knows. */
let asked: string[];
const known = new Set<string>();
const refused = new Map<string, AppError>();
/** The time, in the middle of a minute. */
let now: number;

beforeAll(async () => {
  [nats, redisServer] = await Promise.all([startNats(), startRedis()]);
  redis = openRedis({ url: redisServer.url, logger: silentLogger() });
  await waitUntil('Redis', () => redis.status === 'ready');
  bus = await connectClient(nats.url);
});
beforeEach(async () => {
  workflow = await publishWorkflow(bus, workflowOf([{ id: 'end', type: 'stop' }]));
  await bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, status: 'active' });
  await limit(1_000);
  asked = [];
  known.clear();
  refused.clear();
  now = Date.UTC(2026, 10, 25, 9, 0, 30);
});
afterAll(async () => {
  redis.disconnect();
  await bus.close();
  await Promise.all([nats.stop(), redisServer.stop()]);
});

/** Sets how many executions the organisation may start in a minute. */
async function limit(executions_per_minute: number): Promise<void> {
  const { organisation_id } = workflow;
  const value = { organisation_id, name: 'Example', suspended: false, limits: { executions_per_minute } };
  await bus.snapshots.put(OrganisationSnapshot, { organisation_id }, value);
}

/** In the place of history. */
const request = (definition: { subject: string }, { execution_id }: { execution_id: string }): Promise<unknown> => {
  asked.push(`${definition.subject} ${execution_id}`);
  const failure = refused.get(execution_id);
  if (definition.subject === PlanRestart.subject) {
    if (failure) return Promise.reject(failure);
    const { workflow_id, version } = workflow;
    return Promise.resolve({ workflow_id, version, trigger: { type: 'api' }, input: { of: execution_id } });
  }
  expect(definition.subject).toBe(GetExecution.subject);
  return known.has(execution_id) ? Promise.resolve({}) : Promise.reject(new AppError('EXECUTION_NOT_FOUND'));
};

function restarts(): Restarts {
  const counter = new RateLimiter(redis, { executions: 100 }, () => now);
  const history = { publish: bus.publish.bind(bus), snapshots: bus.snapshots, request: request as NatsBus['request'] };
  const quota = { require: () => undefined, charge: () => undefined };
  return new Restarts(history, quota, new StartShares(counter, bus), { now: () => now });
}

const someIds = (count: number): string[] => Array.from({ length: count }, () => newId('execution'));
const question = (execution_ids: string[], rest: Partial<Asked> = {}): Asked => ({
  ...{ organisation_id: workflow.organisation_id, job_id: 'job_1', kind: 'retry', begun_at: BEGUN_AT, execution_ids },
  ...rest,
});

/** What is in the queue of the organisation, by execution. */
const queued = async (execution_id: string | null) =>
  (
    await bus.lastOnSubject(
      RunRequested,
      { organisation_id: workflow.organisation_id, execution_id: execution_id ?? '' },
      { confirmNone: true },
    )
  )?.payload;

it('starts one for each, under an id that follows from job and execution, and no second one however often it is asked', async () => {
  const [a = '', b = ''] = someIds(2);
  const { results } = await restarts().run(question([a, b]));
  expect(results.map(({ item, outcome }) => [item, outcome])).toEqual([
    [a, 'ok'],
    [b, 'ok'],
  ]);
  const [first = '', second = ''] = results.map(({ execution_id }) => execution_id ?? '');
  const { workflow_id, version } = workflow;
  expect(await queued(first)).toMatchObject({
    ...{ execution_id: first, workflow_id, version, generation: 0, input: { of: a } },
    trigger: { type: 'retry', execution_id: a, original: { type: 'api' } },
  });
  const sequence = await bus.lastSequence(RunRequested, { ...workflow, execution_id: first });
  // Asked again before anybody has them, then when history knows one of them.
  expect((await restarts().run(question([a, b]))).results).toEqual(results);
  known.add(first);
  asked = [];
  expect((await restarts().run(question([a, b]))).results).toEqual(results);
  expect(asked).not.toContain(`${PlanRestart.subject} ${a}`);
  expect(await bus.lastSequence(RunRequested, { ...workflow, execution_id: first })).toBe(sequence);
  // Another job is another wish.
  const other = await restarts().run(question([a, b], { job_id: 'job_2' }));
  expect(other.results.map(({ execution_id }) => execution_id)).not.toContain(first);
  expect(other.results.map(({ execution_id }) => execution_id)).not.toContain(second);
});

it('says of each that is not started why, and begins no other for the sake of what passes', async () => {
  const [completed = '', lost = '', fine = '', away = '', last = ''] = someIds(5);
  refused.set(completed, new AppError('EXECUTION_NOT_FAILED'));
  refused.set(lost, new AppError('INPUT_LOST'));
  refused.set(away, new AppError('SERVICE_UNAVAILABLE'));
  const answer = await restarts().run(question([completed, lost, fine, away, last]));
  expect(answer.results.map(({ item, outcome, code }) => [item, outcome, code])).toEqual([
    [completed, 'skipped', 'EXECUTION_NOT_FAILED'],
    [lost, 'failed', 'INPUT_LOST'],
    [fine, 'ok', null],
  ]);
  await expect(restarts().run(question([away, last]))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, status: 'paused' });
  expect((await restarts().run(question([last]))).results).toEqual([
    { item: last, outcome: 'failed', execution_id: null, code: 'WORKFLOW_PAUSED' },
  ]);
});

it('leaves half of the starts of a minute to others, and counts those of the API', async () => {
  await limit(10);
  const counter = new RateLimiter<'executions'>(redis, { executions: 100 }, () => now);
  for (let n = 0; n < 2; n++) await counter.count('executions', workflow.organisation_id);
  const items = someIds(6);
  const first = await restarts().run(question(items));
  expect(first.results.map(({ item }) => item)).toEqual(items.slice(0, 3));
  expect(first.resume_at).toBe('2026-11-25T09:01:00.000Z');
  expect(await restarts().run(question(items.slice(3)))).toEqual({ results: [], resume_at: first.resume_at });
  now += 30_000;
  const { results, resume_at } = await restarts().run(question(items.slice(3)));
  expect([results.length, resume_at]).toEqual([3, undefined]);
  expect(await queued(results[0]?.execution_id ?? null)).toMatchObject({ input: { of: items[3] } });
});

it('one that may start a single execution in a minute still starts it', async () => {
  await limit(1);
  expect((await restarts().run(question(someIds(2)))).results).toHaveLength(1);
});

it('ends in time for who asks, with what it has done', async () => {
  const items = someIds(3);
  const slow = restarts();
  const answered = slow.run(question(items));
  now += 5_000;
  expect((await answered).results.map(({ item }) => item)).toEqual(items.slice(0, 1));
});
