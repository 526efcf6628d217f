import { setTimeout } from 'node:timers/promises';
import { newId, RunRequested, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { FakeHttpServer, waitUntil } from '@millrace/testing';
import { ExecutorScene } from './executor-scene.js';
import { aRequest, eventsAtEnd, eventsOf, queueIsEmpty, workflowOf } from './executor.fixture.js';

/** A quarter of the slots of the executors of these tests. */
const LIMIT = 4;
/** What an organisation has of the slots, without such a quarter. */
const MOST_AT_ONCE = 8;
/** More than there are slots, and so than may wait in one. */
const MANY = 40;
/** Fewer, since each one waits longer for its executor that is gone. */
const SOME = 12;

const QUICKLY_MS = 20;
/** A busy machine may be slow in the place of the service. */
const MOST_ROUNDS = 20;

let scene: ExecutorScene;
let bus: NatsBus;
/** Responds only once it is released, or quickly. */
let slow: FakeHttpServer;
let release: () => void;
let isQuick: boolean;
let mostUnderWay: number;

beforeEach(async () => {
  scene = await ExecutorScene.open();
  ({ bus } = scene);
  slow = await FakeHttpServer.start();
  let released = false;
  const waiting: (() => void)[] = [];
  isQuick = false;
  mostUnderWay = 0;
  let underWay = 0;
  release = () => {
    released = true;
    waiting.forEach((go) => go());
  };
  slow.otherwise(async () => {
    mostUnderWay = Math.max(mostUnderWay, ++underWay);
    if (isQuick) await setTimeout(QUICKLY_MS);
    else if (!released) await new Promise<void>((resolve) => waiting.push(resolve));
    underWay--;
    return { body: 'done' };
  });
});

afterEach(async () => {
  release();
  await scene.close();
  await slow.stop();
});

const post = (url: string) => ({ id: 'call', type: 'http', config: { method: 'POST', url } });

/** Starts executions of one organisation. */
async function start(organisation_id: string, steps: object[], count: number): Promise<RunRequest[]> {
  const first = await aRequest(bus, workflowOf(steps), {}, { organisation_id });
  const requests = Array.from({ length: count }, () => ({ ...first, execution_id: newId('execution') }));
  for (const request of requests) await bus.publish(RunRequested, request);
  return requests;
}

/** How many of the executions are suspended, by what the journal says last. */
async function suspended(requests: readonly RunRequest[]): Promise<number> {
  const last = await Promise.all(requests.map(async (request) => (await eventsOf(bus, request)).at(-1)?.type));
  return last.filter((type) => type === 'suspended').length;
}

/** The events of executions that have completed. */
async function finished(requests: readonly RunRequest[]) {
  const events = await Promise.all(requests.map((request) => eventsAtEnd(bus, request)));
  for (const one of events) expect(one.at(-1)?.type).toBe('completed');
  return events;
}

async function allButTheFirstAreSuspended(requests: readonly RunRequest[]): Promise<void> {
  await waitUntil(
    'all that wait are suspended',
    async () => (await suspended(requests)) === requests.length - LIMIT,
    60_000,
  );
}

it('a slow service holds up nobody else, of the same organisation or of others, and is called once by each', async () => {
  await scene.start();
  const organisation = newId('organisation');
  const slowly = await start(organisation, [post(slow.url)], MANY);
  await allButTheFirstAreSuspended(slowly);
  expect(slow.calls).toHaveLength(LIMIT);
  const quickly = [
    ...(await start(organisation, [post(scene.server.url)], 5)),
    ...(await start(newId('organisation'), [post(scene.server.url)], 5)),
  ];
  await finished(quickly);
  // Nothing reports a failure to it, nor counts an attempt.
  const waiting = (await Promise.all(slowly.map((request) => eventsOf(bus, request)))).flat();
  expect(waiting.filter(({ type }) => type === 'step_failed' || type === 'step_waiting')).toEqual([]);
  release();
  for (const events of await finished(slowly))
    expect(events.filter((event) => event.type === 'step_completed')).toMatchObject([{ attempt: 1 }]);
  expect(slow.calls).toHaveLength(MANY);
  expect(new Set(slow.idempotencyKeys().values())).toEqual(new Set([1]));
  expect(mostUnderWay).toBe(LIMIT);
  await queueIsEmpty(bus);
});

it('a quick service is called by more at the same time, and nobody is suspended for that; when it hangs, an organisation still has slots for everything else', async () => {
  await scene.start();
  const organisation = newId('organisation');
  isQuick = true;
  let suspensions = 1;
  for (let round = 0; round < MOST_ROUNDS && (suspensions > 0 || mostUnderWay <= LIMIT); round++) {
    const events = (await finished(await start(organisation, [post(slow.url)], MANY))).flat();
    suspensions = events.filter(({ type }) => type === 'suspended').length;
  }
  expect(suspensions).toBe(0);
  expect(mostUnderWay).toBeGreaterThan(LIMIT);
  isQuick = false;
  const before = slow.calls.length;
  const hanging = await start(organisation, [post(slow.url)], MANY);
  await waitUntil(
    'all that have not called are suspended',
    async () => (await suspended(hanging)) + slow.calls.length - before === MANY,
    60_000,
  );
  await finished(await start(organisation, [post(scene.server.url)], 5));
  release();
  await finished(hanging);
  expect(mostUnderWay).toBeLessThanOrEqual(MOST_AT_ONCE);
  expect(new Set(slow.idempotencyKeys().values())).toEqual(new Set([1]));
  await queueIsEmpty(bus);
});

it('kill -9 of an executor loses none of those that wait for their turns', async () => {
  const killed = await scene.spawn();
  const requests = await start(newId('organisation'), [post(slow.url)], SOME);
  await allButTheFirstAreSuspended(requests);
  killed.kill('SIGKILL');
  release();
  await scene.start();
  for (const request of requests) {
    const events = await eventsAtEnd(bus, request);
    expect(events.filter((event) => event.type === 'step_completed')).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('completed');
  }
  const calls = [...slow.idempotencyKeys().values()];
  expect(calls).toHaveLength(SOME);
  // The result of what was under way is not known.
  expect(calls.filter((count) => count > 1).length).toBeLessThanOrEqual(LIMIT);
  await queueIsEmpty(bus);
});
