import {
  GetExecution,
  GetLoopSummary,
  GetStepRun,
  LIMITS,
  ListStepRuns,
  ReadJournal,
  RunRequested,
  VersionSnapshot,
  type ExecutionEvent,
  type StepRun,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { aRunRequest, sharedMongo, startNats, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { ProjectionService } from '../src/executions/projection.service.js';
import { append, aSubject, completed, createHistory, entry, httpStep, start, type History, type Subject } from './start-history.js'; // prettier-ignore

const ITERATIONS = 10_000;
const PER_ENTRY = 500;

describe('what happened inside of an execution', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  let bus: NatsBus;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.app.listen();
    bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
  });
  afterAll(async () => {
    await bus.close();
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const idsOf = ({ organisationId, executionId }: Subject) => ({
    organisation_id: organisationId,
    execution_id: executionId,
  });
  const pathsOf = (steps: readonly StepRun[]) => steps.map(({ path }) => path);

  /** The entries of an execution with a loop of many iterations, each thousandth of which fails. */
  function largeLoop(subject: Subject): ExecutionEvent[][] {
    const before = httpStep('before', 'step_completed');
    const steps = Array.from({ length: ITERATIONS }, (_, index): ExecutionEvent => {
      const path = `each[${index}].call`;
      if (index % 1_000 !== 999) return httpStep(path, 'step_completed', { index });
      const error = { code: 'HTTP_STATUS_ERROR', message: 'no' };
      return { ...httpStep(path, 'step_started'), type: 'step_failed', started_at: new Date().toISOString(), error } as ExecutionEvent; // prettier-ignore
    });
    const entries: ExecutionEvent[][] = [[start(subject), before]];
    for (let from = 0; from < steps.length; from += PER_ENTRY) entries.push(steps.slice(from, from + PER_ENTRY));
    return [...entries, [completed()]];
  }

  async function expectWhole(subject: Subject): Promise<void> {
    const steps = (question: object) =>
      bus.request(ListStepRuns, { ...idsOf(subject), limit: 100, ...question }, { timeoutMs: 10_000 });
    const far = await steps({ parent: 'each', from_index: 9_950 });
    expect(pathsOf(far.steps)).toEqual(Array.from({ length: 50 }, (_, index) => `each[${9_950 + index}].call`));
    expect([far.has_more, far.next_cursor]).toEqual([false, null]);

    const first = await steps({ parent: 'each', limit: 3 });
    const second = await steps({ parent: 'each', limit: 3, starting_after: first.next_cursor });
    expect(pathsOf([...first.steps, ...second.steps])).toEqual([0, 1, 2, 3, 4, 5].map((at) => `each[${at}].call`));
    expect(first.steps[1]).toMatchObject({ status: 'completed', output: { index: 1 }, type: 'http' });

    const failed = await steps({ statuses: ['failed'] });
    expect(pathsOf(failed.steps)).toEqual(Array.from({ length: 10 }, (_, at) => `each[${at * 1_000 + 999}].call`));
    expect(pathsOf((await steps({ limit: 1 })).steps)).toEqual(['before']);

    const loop = await bus.request(GetLoopSummary, { ...idsOf(subject), path: 'each' }, { timeoutMs: 10_000 });
    expect(loop).toMatchObject({ iterations: ITERATIONS, counts: { completed: 9_990, failed: 10 } });
    expect(loop.failed.indexes[0]).toBe(999);

    const step = await bus.request(GetStepRun, { ...idsOf(subject), path: 'each[999].call' }, { timeoutMs: 10_000 });
    expect(step).toMatchObject({ status: 'failed', attempts: 1, attempt_log: [{ n: 1, error: { message: 'no' } }] });

    const whole = await bus.request(GetExecution, { ...idsOf(subject), steps: 'none' }, { timeoutMs: 10_000 });
    expect(whole).toMatchObject({ status: 'completed', steps: [], steps_total: ITERATIONS + 1 });
    const journal = await bus.request(ReadJournal, { ...idsOf(subject), limit: 1 });
    expect(journal).toMatchObject({ events: [{ type: 'started' }], has_more: true });
    const next = { ...idsOf(subject), limit: 1, starting_after: journal.next_cursor ?? '' };
    expect(await bus.request(ReadJournal, next)).toMatchObject({
      events: [{ type: 'step_completed', path: 'before' }],
    });
  }

  it('is read in pages of a loop of ten thousand iterations, from the journal and from MongoDB', async () => {
    const running = aSubject();
    for (const events of largeLoop(running)) await append(bus, running, events);
    await expectWhole(running);

    const recorded = aSubject();
    const received = largeLoop(recorded).map((events, index) => ({
      payload: entry(recorded, events),
      sequence: index + 1,
      subject: 'journal',
      deliveryCount: 1,
      storedAt: 0,
    }));
    await history.app.get(ProjectionService).project(received, new AbortController());
    await expectWhole(recorded);
  });

  it('is empty while the execution waits to be claimed', async () => {
    const request = aRunRequest();
    await bus.publish(RunRequested, request);
    const { organisation_id, execution_id } = request;
    const ids = { organisation_id, execution_id };
    const empty = { next_cursor: null, has_more: false };
    expect(await bus.request(ListStepRuns, { ...ids, limit: 5 })).toEqual({ steps: [], ...empty });
    expect(await bus.request(ReadJournal, { ...ids, limit: 5 })).toEqual({ events: [], ...empty });
    const loop = bus.request(GetLoopSummary, { ...ids, path: 'each' });
    await expect(loop).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
  });

  it('has what a step was given, worked out from the version and the record, while it runs and after its end', async () => {
    const subject = aSubject();
    const { organisationId: organisation_id, workflowId: workflow_id } = subject;
    const steps = [
      { id: 'before', type: 'transform', config: { output: 1 } },
      { id: 'call', type: 'http', config: { url: 'https://x.example/{{before.output.n}}', headers: { key: 'Bearer {{secrets.k}}' } } }, // prettier-ignore
    ];
    const document = JSON.stringify({ name: 'Calls', trigger: { type: 'webhook' }, steps });
    const events = [start(subject), httpStep('before', 'step_completed', { n: 7 }), httpStep('call', 'step_started')];
    const input = { url: 'https://x.example/7', headers: { key: 'Bearer ••••' }, method: 'GET' };
    const ids = { ...idsOf(subject), path: 'call' };
    await append(bus, subject, events);
    const { version } = events[0] as Extract<ExecutionEvent, { type: 'started' }>;
    expect(await bus.request(GetStepRun, ids)).toMatchObject({ input: null, input_error: { code: 'INPUT_UNKNOWN' } });
    const address = { workflow_id, version };
    await bus.snapshots.put(VersionSnapshot, address, {
      ...address,
      organisation_id: 'org_other',
      name: 'x',
      document,
    });
    expect(await bus.request(GetStepRun, ids)).toMatchObject({ input: null, input_error: { code: 'INPUT_UNKNOWN' } });
    await bus.snapshots.put(VersionSnapshot, address, { ...address, organisation_id, name: 'Calls', document });
    const seen = async () => (await bus.request(GetStepRun, ids)).input !== null;
    await waitUntil('history to get the version', seen);
    expect(await bus.request(GetStepRun, ids)).toMatchObject({ status: 'running', input });
    await append(bus, subject, [httpStep('call', 'step_completed', 'done'), completed()]);
    await waitUntil('its end', async () => (await bus.request(GetStepRun, ids)).status === 'completed');
    expect(await bus.request(GetStepRun, ids)).toMatchObject({ output: 'done', input });
  });

  it('has no input of a step where that is too large to be shown, however often a value is in it, and says so', async () => {
    const subject = aSubject();
    const address = { workflow_id: subject.workflowId, version: 1 };
    const config = { output: Array.from({ length: 10 }, () => '{{before.output}}') };
    const steps = [
      { id: 'before', type: 'http', config: { url: 'https://x.example' } },
      { id: 'after', type: 'transform', config },
    ];
    const document = JSON.stringify({ name: 'Large', trigger: { type: 'webhook' }, steps });
    const organisation_id = subject.organisationId;
    await bus.snapshots.put(VersionSnapshot, address, { ...address, organisation_id, name: 'Large', document });
    const large = { text: 'x'.repeat(LIMITS.answerValueBytes / 8) };
    const after = { ...httpStep('after', 'step_started'), step_type: 'transform' } as ExecutionEvent;
    await append(bus, subject, [start(subject), httpStep('before', 'step_completed', large), after]);
    expect(await bus.request(GetStepRun, { ...idsOf(subject), path: 'after' })).toMatchObject({
      input: null,
      input_error: { code: 'INPUT_UNKNOWN', message: expect.stringContaining('too many to be shown') as string },
    });
  });

  it('is the same as what does not exist for another organisation', async () => {
    const subject = aSubject();
    await append(bus, subject, [start(subject), httpStep('each[0].call', 'step_completed'), completed()]);
    const { execution_id } = idsOf(subject);
    for (const address of [
      { ...idsOf(aSubject()), execution_id },
      idsOf(aSubject()),
      { organisation_id: '*', execution_id },
    ]) {
      const details = { execution_id: address.execution_id };
      const unknown = { code: 'EXECUTION_NOT_FOUND', details };
      await expect(bus.request(ListStepRuns, { ...address, limit: 5 })).rejects.toMatchObject(unknown);
      await expect(bus.request(ReadJournal, { ...address, limit: 5 })).rejects.toMatchObject(unknown);
      await expect(bus.request(GetLoopSummary, { ...address, path: 'each' })).rejects.toMatchObject(unknown);
      await expect(bus.request(GetStepRun, { ...address, path: 'each[0].call' })).rejects.toMatchObject(unknown);
    }
  });
});
