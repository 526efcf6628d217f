import {
  AppError,
  derivedId,
  JournalEntry,
  newId,
  ReadRecordedState,
  RunRequested,
  type ExecutionEvent,
  type RecordedState,
  type RunRequest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { FakeHttpServer, startNats, type OwnServer } from '@millrace/testing';
import { aDelivery, aRequest, aService, connectClient, eventsOf, workflowOf } from './executor.fixture.js';
import { saveWorkflow } from './saved-workflow.fixture.js';

/** Messages about executions whose journal has aged out, with what the record may say of them. */
const at = '2026-11-25T09:00:00.000Z';
const DAY = 86_400_000;
const signal = new AbortController().signal;
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
  // What has aged out had places in the journal before all that comes.
  for (let place = 0; place < 20; place++) {
    const { execution_id, organisation_id } = await anOldRequest(place);
    await bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events: [suspended] });
  }
});
afterAll(async () => {
  await http.close();
  await bus.close();
  await server.stop();
  await nats.stop();
});

const url = () => `${server.url}/call`;
const steps = () => [
  { id: 'call', type: 'http', config: { method: 'POST', url: url() } },
  { id: 'pause', type: 'wait', config: { until: at } },
  { id: 'told', type: 'transform', config: { output: '{{call.output.status}} {{input.n}}' } },
];
const suspended: ExecutionEvent = { type: 'suspended', at, until: at };

/** What had happened until it was suspended. */
function eventsUntilSuspension({ workflow_id, version, accepted_at, trigger }: RunRequest): ExecutionEvent[] {
  const of = { at, started_at: at, attempt: 1 };
  return [
    { type: 'started', at, workflow_id, version, accepted_at, trigger, input: { n: 7 } },
    { type: 'step_started', at, path: 'call', step_type: 'http', attempt: 1 },
    {
      type: 'step_completed',
      ...of,
      path: 'call',
      step_type: 'http',
      output: { status: 201, headers: {}, body: null },
    },
    { type: 'step_waiting', ...of, path: 'pause', step_type: 'wait', waits_for: 'time', until: at },
    suspended,
  ];
}

/** The bus of an executor whose history has these entries, two of them on a page; or fails so. */
function busWith(
  entries: readonly ExecutionEvent[][] | AppError,
  latest: Partial<RecordedState['latest']> = {},
  incomplete = false,
): NatsBus {
  const request = (
    asked: unknown,
    { after = 0, before = Infinity }: { after?: number; before?: number },
  ): Promise<unknown> => {
    if (entries instanceof AppError) return Promise.reject(entries);
    const [started] = entries.flat();
    if (asked === ReadRecordedState)
      return Promise.resolve({ started, latest: { events: entries.flat().slice(-1), ...latest }, incomplete });
    const wanted = entries.map((events, index) => ({ sequence: index + 1, events }));
    const found = wanted.filter(({ sequence }) => sequence > after && sequence < before);
    return Promise.resolve({ entries: found.slice(0, 2), has_more: found.length > 2 });
  };
  return new Proxy(bus, {
    get: (target, key) => {
      if (key === 'request') return request;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const NOTHING = new AppError('EXECUTION_NOT_FOUND');
const inEntries = (events: readonly ExecutionEvent[]) => events.map((event) => [event]);
const types = async (request: RunRequest) => (await eventsOf(bus, request)).map(({ type }) => type);
const run = (of: NatsBus, request: RunRequest, delivery = 1) => aService(of, http).execute(request, aDelivery(delivery, signal)); // prettier-ignore

/** A request about an execution that was accepted days ago. */
async function anOldRequest(days: number): Promise<RunRequest> {
  const request = await aRequest(bus, workflowOf(steps()), { n: 7 });
  return {
    ...request,
    execution_id: derivedId('execution', Date.now() - days * DAY, [request.organisation_id, 'test', at]),
  };
}

describe('a message that wakes an execution', () => {
  const woken = async () => ({ ...(await anOldRequest(9)), generation: 1 });

  it('is done from what is recorded: nothing of that is done again', async () => {
    const request = await woken();
    const calls = server.callsTo('/call').length;
    await run(busWith(inEntries(eventsUntilSuspension(request))), request);
    expect(await types(request)).toEqual(['woken', 'step_completed', 'step_completed', 'completed']);
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ output: '201 7' });
    expect(server.callsTo('/call')).toHaveLength(calls);
  });

  it('is done once by two executors, and after a crash by a third', async () => {
    const request = await woken();
    const of = busWith(inEntries(eventsUntilSuspension(request)));
    await Promise.allSettled([run(of, request), run(of, request)]);
    await run(of, request, 2);
    expect((await types(request)).filter((type) => type === 'woken' || type === 'completed')).toEqual([
      'woken',
      'completed',
    ]);
  });

  it('is resumed from both when the crash came behind its first entry', async () => {
    const request = await woken();
    const entry = { entry_id: 'dead:0', execution_id: request.execution_id, organisation_id: request.organisation_id };
    await bus.publish(JournalEntry, { ...entry, generation: 1, events: [{ type: 'woken', at, generation: 1 }] });
    await run(busWith(inEntries(eventsUntilSuspension(request))), request, 2);
    expect(await types(request)).toEqual(['woken', 'resumed', 'step_completed', 'step_completed', 'completed']);
  });

  it('does nothing when there is no record, and waits while that cannot be known', async () => {
    const request = await woken();
    await run(busWith(NOTHING), request);
    const away = run(busWith(new AppError('SERVICE_UNAVAILABLE')), request);
    await expect(away).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await types(request)).toEqual([]);
  });

  it.each([
    ['does not lead to the message', 2, false],
    ['is incomplete', 1, true],
  ])('fails it when the record %s', async (_, generation, incomplete) => {
    const request = { ...(await woken()), generation };
    const events = eventsUntilSuspension(request);
    await run(busWith(inEntries(events), {}, incomplete), request);
    expect(await eventsOf(bus, request)).toMatchObject([{ type: 'failed', error: { code: 'EXECUTION_LOST' } }]);
  });
});

test('the end of an execution is reported while its journal has it, and not once it is only recorded', async () => {
  const organisation_id = newId('organisation');
  const on_failure_workflow = await saveWorkflow(bus, steps(), {}, { organisation_id });
  const document = workflowOf(steps(), { settings: { on_failure_workflow } });
  const request = { ...(await aRequest(bus, document, {}, { organisation_id })), generation: 1 };
  const { execution_id } = request;
  const failed: ExecutionEvent = {
    type: 'failed',
    at,
    error: { code: 'EXECUTION_FAILED', message: 'x' },
    linked: true,
  };
  const handling = derivedId('execution', Date.parse(at), [organisation_id, 'failure', execution_id]);
  const handlersStarted = () => bus.lastSequence(RunRequested, { organisation_id, execution_id: handling });
  await run(busWith(inEntries([...eventsUntilSuspension(request), failed])), request);
  expect(await handlersStarted()).toBe(0);
  await bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events: [failed] });
  await run(busWith(NOTHING), request);
  expect(await handlersStarted()).toBeGreaterThan(0);
});

describe.each([
  ['eight days ago', 8],
  ['25 hours ago, whose end marker may have gone', 25 / 24],
])('a message that starts an execution of %s', (_, days) => {
  it('starts it when there is no record: it has waited in the queue', async () => {
    const request = await anOldRequest(days);
    await run(busWith(NOTHING), request);
    expect((await types(request)).at(-1)).toBe('completed');
  });

  it('starts nothing that has run, has ended, or may have', async () => {
    const [ended, waits, unknown] = [await anOldRequest(days), await anOldRequest(days), await anOldRequest(days)];
    const calls = server.callsTo('/call').length;
    const end: ExecutionEvent = { type: 'completed', at, output: 1 };
    await run(busWith(inEntries([...eventsUntilSuspension(ended), end])), ended);
    await run(busWith(inEntries(eventsUntilSuspension(waits))), waits);
    const away = run(busWith(new AppError('SERVICE_UNAVAILABLE')), unknown);
    await expect(away).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    for (const request of [ended, waits, unknown]) expect(await types(request)).toEqual([]);
    expect(server.callsTo('/call')).toHaveLength(calls);
  });

  it('goes on with one whose executor was lost, from what is recorded', async () => {
    const request = await anOldRequest(days);
    const [started, begun] = eventsUntilSuspension(request) as [ExecutionEvent, ExecutionEvent];
    await run(busWith([[started, begun]]), request, 2);
    expect(await types(request)).toEqual(expect.arrayContaining(['resumed', 'completed']));
    expect(await types(request)).not.toContain('started');
  });
});
