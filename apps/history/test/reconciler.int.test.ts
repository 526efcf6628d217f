import {
  derivedId,
  JournalEntry,
  newId,
  RunRequested,
  type ExecutionEvent,
  type JournalBatch,
} from '@millrace/contracts';
import { registry } from '@millrace/service-kit/metrics';
import { samplesOf, sumOf, waitUntil } from '@millrace/testing';
import { Reconciler } from '../src/reconciler/reconciler.js';
import { addressOf, entriesOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { append, aSubject, httpStep, start, type Subject } from './start-history.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const NOW = Date.now();
const { signal } = new AbortController();
const at = (time: number) => new Date(time).toISOString();
const suspended = (until?: number): ExecutionEvent => ({
  type: 'suspended',
  at: at(NOW),
  ...(until === undefined ? {} : { until: at(until) }),
});

type Trigger = Extract<ExecutionEvent, { type: 'started' }>['trigger'];
/** A step that starts an execution, and waits for it. */
const waitsFor = (path: string, execution_id: string): ExecutionEvent => ({
  ...{ type: 'step_waiting', at: at(NOW), path, step_type: 'sub_workflow', started_at: at(NOW), attempt: 1 },
  ...{ waits_for: 'sub_workflow', child: { execution_id, workflow_id: newId('workflow'), version: 1, awaited: true } },
});
const childEnded = (path: string, execution_id: string): ExecutionEvent => ({
  ...{ type: 'child_ended', at: at(NOW), path, execution_id },
});

/** Executions that nothing would run on, among those that somebody does. */
describe('executions that have not ended', () => {
  let asked: AskedHistory;
  const organisationId = newId('organisation');

  beforeAll(async () => {
    asked = await openAskedHistory();
  });
  afterAll(() => asked.stop());

  /** One that was accepted two hours ago, and is recorded. */
  const recorded = (...events: ExecutionEvent[]) => recordedOf(organisationId, { type: 'api' }, events);
  async function recordedOf(organisationId: string, trigger: Trigger, events: ExecutionEvent[]): Promise<Subject> {
    const executionId = derivedId('execution', NOW - 2 * HOUR, [organisationId, 'test', newId('execution')]);
    const subject = aSubject({ organisationId, executionId });
    await append(asked.history.bus, subject, [{ ...start(subject), trigger } as ExecutionEvent, ...events]);
    const records = asked.history.database.collection<{ _id: string; error_code: string | null }>('executions');
    await waitUntil('the record', async () => (await records.findOne({ _id: executionId })) !== null);
    return subject;
  }
  const request = ({ workflowId, ...of }: Subject, generation = 0) =>
    asked.history.bus.publish(RunRequested, {
      ...addressOf({ workflowId, ...of }),
      ...{ workflow_id: workflowId, version: 1, accepted_at: at(NOW), trigger: { type: 'api' }, generation },
    });
  const queued = async (subject: Subject) =>
    (await asked.history.bus.lastOnSubject(RunRequested, addressOf(subject)))?.payload.generation ?? null;
  const lastOf = async (subject: Subject) => (await entriesOf(asked.history, subject)).at(-1) as JournalBatch;
  const measured = async (name: string, labels = {}) => sumOf(samplesOf(await registry.metrics()), name, labels);
  const reconciled = async () =>
    Promise.all(['woken', 'failed'].map((outcome) => measured('millrace_history_reconciled_total', { outcome })));
  const sweep = (time: number) => asked.history.app.get(Reconciler).sweep(time, signal);

  test('are ended when they are found lost twice, woken when they overslept, and else left alone', async () => {
    const lost = await recorded(httpStep('call', 'step_started'));
    const woken = await recorded(suspended(NOW - 2 * HOUR));
    const untouched = {
      running: await recorded(httpStep('call', 'step_started')),
      onTime: await recorded(suspended(NOW + HOUR)),
      forOthers: await recorded(suspended()),
      beingWoken: await recorded(suspended(NOW - 2 * HOUR)),
    };
    await request(untouched.running);
    await request(untouched.beingWoken, 1);
    const young = aSubject({ organisationId });
    await append(asked.history.bus, young, [start(young), httpStep('call', 'step_started')]);
    const before = await Promise.all(Object.values(untouched).map(lastOf));

    const [wokenBefore = 0, failedBefore = 0] = await reconciled();
    expect(await sweep(NOW)).toBe(6);
    expect(await measured('millrace_history_suspected_executions')).toBe(1);
    expect(await reconciled()).toEqual([wokenBefore + 1, failedBefore]);
    expect((await lastOf(lost)).events.at(-1)?.type).toBe('step_started');
    expect([await queued(woken), (await lastOf(woken)).events.at(-1)?.type]).toEqual([1, 'suspended']);
    // Too soon to be certain.
    await sweep(NOW + MINUTE);
    expect((await lastOf(lost)).events.at(-1)?.type).toBe('step_started');

    await sweep(NOW + 15 * MINUTE);
    expect(await lastOf(lost)).toMatchObject({
      events: [{ type: 'failed', error: { code: 'EXECUTION_LOST' }, linked: true }],
    });
    expect(await measured('millrace_history_suspected_executions')).toBe(0);
    expect((await reconciled())[1]).toBe(failedBefore + 1);
    // An executor announces the end.
    expect(await queued(lost)).toBe(1);
    expect(await Promise.all(Object.values(untouched).map(lastOf))).toEqual(before);
    expect([await queued(untouched.onTime), await queued(untouched.forOthers)]).toEqual([null, null]);
    expect((await lastOf(young)).events.at(-1)?.type).toBe('step_started');
    const records = asked.history.database.collection<{ _id: string; error_code: string | null }>('executions');
    await waitUntil(
      'its record',
      async () => (await records.findOne({ _id: lost.executionId }))?.['error_code'] === 'EXECUTION_LOST',
    );
  });

  test('are not ended when they have gone on between two looks, or go on just then', async () => {
    const goesOn = await recorded(httpStep('call', 'step_started'));
    await sweep(NOW);
    await append(asked.history.bus, goesOn, [httpStep('call', 'step_completed')]);
    await sweep(NOW + 15 * MINUTE);
    expect((await lastOf(goesOn)).events.at(-1)?.type).toBe('step_completed');
    // Its message is in the queue again before it is certain.
    await request(goesOn);
    await sweep(NOW + 45 * MINUTE);
    expect((await lastOf(goesOn)).events.at(-1)?.type).toBe('step_completed');
  });

  test('are found by their record when their journal has aged out', async () => {
    const [ended, open] = [newId('execution'), newId('execution')];
    const lost = await recorded(waitsFor('a', ended), waitsFor('b', open), childEnded('a', ended));
    await waitUntil('it is settled', async () => {
      const stream = await asked.history.bus.streamOf(JournalEntry, addressOf(lost));
      const last = await asked.history.bus.lastSequence(JournalEntry, addressOf(lost));
      return ((await asked.history.bus.settledUpTo(JournalEntry, 'history')).get(stream) ?? 0) >= last;
    });
    for (const number of [0, 1])
      await asked.asker.connection.request(
        `$JS.API.STREAM.PURGE.JOURNAL_${number}`,
        JSON.stringify({ filter: `journal.*.*.${lost.executionId}` }),
      );
    await sweep(NOW);
    await sweep(NOW + 15 * MINUTE);
    const [end, ...others] = await entriesOf(asked.history, lost);
    expect(others).toEqual([]);
    expect(end?.events).toMatchObject([{ type: 'failed', linked: true, children: [open] }]);
  });

  test('name those that they waited for in their end', async () => {
    const [ended, open, later] = [newId('execution'), newId('execution'), newId('execution')];
    const lost = await recorded(waitsFor('a', ended), waitsFor('b', open));
    await append(asked.history.bus, lost, [childEnded('a', ended), waitsFor('c', later)]);
    await sweep(NOW);
    await sweep(NOW + 15 * MINUTE);
    expect((await lastOf(lost)).events).toMatchObject([
      { type: 'failed', error: { code: 'EXECUTION_LOST' }, linked: true, children: [open, later] },
    ]);
  });

  test('are looked for also where a workflow was only ever tried', async () => {
    const tried: Trigger = { type: 'test', runs: 'draft' };
    const lost = await recordedOf(newId('organisation'), tried, [httpStep('call', 'step_started')]);
    await sweep(NOW);
    await sweep(NOW + 15 * MINUTE);
    expect((await lastOf(lost)).events).toMatchObject([{ type: 'failed', error: { code: 'EXECUTION_LOST' } }]);
  });
});
