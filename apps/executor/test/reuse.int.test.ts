import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { AppError, newId, type ExecutionEvent, type ReadReused, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { FakeHttpServer, startNats, type OwnServer } from '@millrace/testing';
import type { z } from 'zod';
import { systemClock } from '../src/clock.js';
import { aDelivery, aRequest, aService, connectClient, entriesOf, eventsOf, workflowOf } from './executor.fixture.js';

type Question = z.output<typeof ReadReused.question>;
type Page = z.output<typeof ReadReused.answer>;

/** What executions take over from others, with each place where that can be cut off. */
const at = '2026-11-25T09:00:00.000Z';
const signal = new AbortController().signal;
// As the signal of a service, which all of its deliveries have.
setMaxListeners(0, signal);
let nats: OwnServer;
let bus: NatsBus;
let server: FakeHttpServer;
let http: SafeHttpClient;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  server = await FakeHttpServer.start();
  server.otherwise(() => ({ status: 200, body: '{}' }));
  http = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
afterAll(async () => {
  await http.close();
  await bus.close();
  await server.stop();
  await nats.stop();
});

const done = (path: string, output: unknown): ExecutionEvent => ({
  type: 'step_completed',
  ...{ at, path, step_type: 'http', started_at: at, attempt: 1, output, reused: true },
});

/** History, which has these events and gives two of them on a page. */
class Pages {
  readonly asked: number[] = [];
  /** Fails the question with this number, from 0. */
  failsAt = -1;
  error = new AppError('SERVICE_UNAVAILABLE');

  constructor(
    private readonly events: readonly ExecutionEvent[],
    private readonly frozen: Page['frozen'] = { seed: 'the first seed', variables: { region: 'eu' } },
  ) {}

  request(_: unknown, { skip, reuse }: Question): Promise<Page> {
    if (this.asked.push(skip) - 1 === this.failsAt) return Promise.reject(this.error);
    const events = this.events.slice(skip, skip + 2);
    const has_more = skip + 2 < this.events.length;
    return Promise.resolve({ events, has_more, ...(skip === 0 && !reuse.steps ? { frozen: this.frozen } : {}) });
  }
}

const serviceOf = (pages: Pages) => aService(bus, http, systemClock, pages as unknown as Pick<NatsBus, 'request'>);
const call = (id: string) => ({ id, type: 'http', config: { url: `${server.url}/{{input.run}}/${id}` } });
const callsOf = (run: string) => server.calls.map(({ path }) => path).filter((path) => path.startsWith(`/${run}/`));
const pathsOf = (events: readonly ExecutionEvent[]) =>
  events.flatMap((event) => (event.type === 'step_completed' ? [`${event.path}${event.reused ? ' reused' : ''}`] : []));

async function aRestart(steps: object[], reuse: object = {}): Promise<RunRequest & { run: string }> {
  const run = newId('execution');
  const request = await aRequest(bus, workflowOf(steps, { output: '{{variables.region ?? "none"}}' }), { run });
  return { ...request, reuse: { execution_id: 'exec_source', ...reuse }, run };
}

const FIVE = ['a', 'b', 'c', 'd', 'e'];
const RESULTS = FIVE.slice(0, 4).map((id) => done(id, { data: id }));

it('takes over what is there before it runs anything, with what was frozen', async () => {
  const request = await aRestart(FIVE.map(call));
  await serviceOf(new Pages(RESULTS)).execute(request, aDelivery(1, signal));
  const events = await eventsOf(bus, request);
  expect(pathsOf(events)).toEqual(['a reused', 'b reused', 'c reused', 'd reused', 'e']);
  expect(events[0]).toMatchObject({ type: 'started', seed: 'the first seed', variables: { region: 'eu' } });
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'eu' });
  expect(callsOf(request.run)).toEqual([`/${request.run}/e`]);
});

it.each([0, 1])('goes on where it was cut off, when question %i fails', async (failsAt) => {
  const request = await aRestart(FIVE.map(call));
  const pages = new Pages(RESULTS);
  pages.failsAt = failsAt;
  await expect(serviceOf(pages).execute(request, aDelivery(1, signal))).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
  });
  expect(callsOf(request.run)).toEqual([]);
  await serviceOf(pages).execute(request, aDelivery(2, signal));
  const events = await eventsOf(bus, request);
  expect(pathsOf(events)).toEqual(['a reused', 'b reused', 'c reused', 'd reused', 'e']);
  expect(callsOf(request.run)).toEqual([`/${request.run}/e`]);
  expect(events[0]).toMatchObject({ seed: 'the first seed' });
  // A delivery more finds the end, and asks nobody.
  const { length } = pages.asked;
  await serviceOf(pages).execute(request, aDelivery(3, signal));
  expect([pages.asked.length, (await eventsOf(bus, request)).length]).toEqual([length, events.length]);
});

it('takes steps over in the order in which the version reaches them', async () => {
  const request = await aRestart(['d', 'a', 'c', 'b', 'e'].map(call), { steps: ['d', 'a', 'c', 'b'] });
  await serviceOf(new Pages(RESULTS)).execute(request, aDelivery(1, signal));
  const events = await eventsOf(bus, request);
  expect(pathsOf(events)).toEqual(['d reused', 'a reused', 'c reused', 'b reused', 'e']);
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'none' });
});

it('a loop has the items that it had, by the time it began, and its own time-out counts anew', async () => {
  const loop = {
    id: 'each',
    type: 'loop',
    timeout: '1h',
    config: { items: '{{[now(), now()]}}', steps: [{ id: 'kept', type: 'transform', config: { output: '{{item}}' } }] },
  };
  const of = { at, path: 'each', step_type: 'loop', attempt: 1 };
  const begun: ExecutionEvent = { type: 'step_started', ...of, reused: true, as_of: '2020-01-01T00:00:00.000Z' };
  const request = await aRestart([loop]);
  await serviceOf(new Pages([begun, done('each[0].kept', 'kept')])).execute(request, aDelivery(1, signal));
  const events = await eventsOf(bus, request);
  expect(events.at(-1)).toMatchObject({ type: 'completed' });
  const [, second] = events.filter((event) => event.type === 'step_completed');
  expect(second).toMatchObject({ path: 'each[1].kept', output: expect.stringMatching(/^2020-01-01T00/) as string });
});

it('fails when the other execution is gone, and begins nothing', async () => {
  const request = await aRestart(FIVE.map(call));
  const pages = new Pages(RESULTS);
  pages.failsAt = 0;
  pages.error = new AppError('EXECUTION_NOT_FOUND');
  await serviceOf(pages).execute(request, aDelivery(1, signal));
  expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'failed', error: { code: 'REUSE_IMPOSSIBLE' } });
  expect(callsOf(request.run)).toEqual([]);
});

it('records large results in entries of their own', async () => {
  const large = FIVE.slice(0, 4).map((id) => done(id, id.repeat(700_000)));
  const request = await aRestart(FIVE.map(call));
  await serviceOf(new Pages(large)).execute(request, aDelivery(1, signal));
  const entries = await entriesOf(bus, request);
  expect(entries.filter(({ events }) => events.some((event) => 'reused' in event)).length).toBe(4);
  expect(entries.at(-1)?.events.at(-1)).toMatchObject({ type: 'completed' });
});

it('of executions that are begun at once, few hold what they take over', async () => {
  const pages = new Pages(RESULTS);
  let [now, most] = [0, 0];
  const history = {
    request: async (message: unknown, question: Question) => {
      most = Math.max(most, ++now);
      await setTimeout(30);
      return await pages.request(message, question).finally(() => now--);
    },
  };
  const service = aService(bus, http, systemClock, history as unknown as Pick<NatsBus, 'request'>);
  const requests = await Promise.all(Array.from({ length: 6 }, () => aRestart(FIVE.map(call))));
  await Promise.all(requests.map((request) => service.execute(request, aDelivery(1, signal))));
  for (const request of requests) expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
  expect(most).toBe(2);
});

it('a test begins with them too, in the document that it tries', async () => {
  const request = await aRestart(['a'].map(call), { steps: ['a', 'b'] });
  const document = JSON.stringify(workflowOf([call('a'), call('b'), call('added')]));
  const trigger = { type: 'test', runs: 'document' } as const;
  const pages = new Pages(RESULTS.slice(0, 2));
  await serviceOf(pages).execute({ ...request, trigger, test: { document } }, aDelivery(1, signal));
  expect(pathsOf(await eventsOf(bus, request))).toEqual(['a reused', 'b reused', 'added']);
  expect(callsOf(request.run)).toEqual([`/${request.run}/added`]);
});
