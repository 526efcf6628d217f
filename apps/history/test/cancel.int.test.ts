import {
  CancelExecution,
  ExecutionFinished,
  JournalEntry,
  RunRequested,
  type ExecutionEvent,
  type ExecutionResource,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import { CancelService } from '../src/executions/cancel.service.js';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { JournalTrimmer } from '../src/executions/journal-trimmer.js';
import { addressOf, entriesOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import {
  append,
  aSubject,
  completed,
  createHistory,
  httpStep,
  start,
  type History,
  type Subject,
} from './start-history.js';

const BY = { by: 'tok_1', reason: 'The wrong list' };

/** Cancelling as history does it, with nobody who runs executions. */
describe('a request to cancel', () => {
  let asked: AskedHistory;
  let history: History;
  let asker: NatsBus;

  beforeAll(async () => {
    asked = await openAskedHistory({ journalMinutes: 0 });
    ({ history, asker } = asked);
  });
  afterAll(() => asked.stop());

  const cancel = (subject: Subject): Promise<ExecutionResource> =>
    asker.request(CancelExecution, { ...addressOf(subject), ...BY });
  const get = (subject: Subject) => history.app.get(ExecutionsService).get(addressOf(subject));
  const typesOf = async (subject: Subject) =>
    (await entriesOf(history, subject)).flatMap(({ events }) => events.map(({ type }) => type));
  const listed = async ({ organisationId }: Subject, status: 'cancelled' | 'running') =>
    (await history.app.get(ExecutionsService).list({ organisation_id: organisationId, status, limit: 10 })).executions;
  const waiting = (): ExecutionEvent => ({ type: 'suspended', at: new Date().toISOString() });

  test('of one that runs is written behind what is there, once, and changes nothing else', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject), httpStep('call', 'step_started')]);
    const answer = await cancel(subject);
    expect(answer).toMatchObject({
      status: 'running',
      cancellation: { requested_by: 'tok_1', reason: 'The wrong list', in_flight: [], in_flight_total: 0 },
    });
    expect(await cancel(subject)).toEqual(answer);
    const short = await asker.request(CancelExecution, { ...addressOf(subject), ...BY, steps: 'none' });
    expect([answer.steps.length, short]).toEqual([1, { ...answer, steps: [] }]);
    // What its executor recorded before it knew.
    await append(history.bus, subject, [httpStep('call', 'step_completed')]);
    expect((await cancel(subject)).cancellation).toEqual(answer.cancellation);
    expect(await typesOf(subject)).toEqual(['started', 'step_started', 'cancel_requested', 'step_completed']);
  });

  test('of one that is suspended is its end, of the generation that was suspended', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject), waiting()]);
    const woken: ExecutionEvent = { type: 'woken', at: new Date().toISOString(), generation: 1 };
    await history.bus.publish(JournalEntry, {
      entry_id: 'x',
      execution_id: subject.executionId,
      organisation_id: subject.organisationId,
      events: [woken, waiting()],
      generation: 1,
    });
    expect(await cancel(subject)).toMatchObject({ status: 'cancelled', error: null, cancellation: BY_SHOWN });
    expect((await entriesOf(history, subject)).at(-1)).toMatchObject({ generation: 1 });
    await waitUntil('it is listed', async () => (await listed(subject, 'cancelled')).length === 1 || null);
    expect(await listed(subject, 'running')).toEqual([]);
  });

  test('of one that waits in the queue is its beginning and its end, with what it was to begin with', async () => {
    const subject = aSubject();
    await asker.publish(RunRequested, {
      ...addressOf(subject),
      workflow_id: subject.workflowId,
      version: 3,
      generation: 0,
      accepted_at: new Date().toISOString(),
      trigger: { type: 'api' },
      // Large enough to be stored apart.
      input: { text: 'x'.repeat(400_000) },
      label: 'Order 4711',
    });
    const { status, label, workflow_version, input_ref } = await cancel(subject);
    expect({ status, label, workflow_version }).toEqual({
      status: 'cancelled',
      label: 'Order 4711',
      workflow_version: 3,
    });
    expect(input_ref?.bytes).toBe(400_011);
    expect(await typesOf(subject)).toEqual(['started', 'cancel_requested', 'cancelled']);
    await waitUntil('it is listed', async () => (await listed(subject, 'cancelled')).length === 1 || null);
  });

  test('of one that has ended is refused, also when only an end marker or the record says so', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject), completed()]);
    const refused = { code: 'EXECUTION_FINISHED', details: { execution_id: subject.executionId, status: 'completed' } };
    await expect(cancel(subject)).rejects.toMatchObject(refused);
    await waitUntil('its journal is trimmed', async () => {
      await history.app.get(JournalTrimmer).trimBatch(Date.now() + 60_000);
      return (await entriesOf(history, subject))[0]?.end_marker ?? null;
    });
    await expect(cancel(subject)).rejects.toMatchObject(refused);
    await purgeJournals(asker);
    expect(await entriesOf(history, subject)).toEqual([]);
    await expect(cancel(subject)).rejects.toMatchObject(refused);
  });

  test('of one that waits ends it also when its journal has aged out', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject), waiting()]);
    await waitUntil('its record', async () => {
      const rows = await history.app.get(ExecutionsService).list({ organisation_id: subject.organisationId, limit: 1 });
      return rows.executions.length === 1 || null;
    });
    await purgeJournals(asker);
    await cancel(subject);
    await waitUntil('it is listed', async () => (await listed(subject, 'cancelled')).length === 1 || null);
    expect(await get(subject)).toMatchObject({ status: 'cancelled', cancellation: BY_SHOWN });
  });

  test('of another organisation’s, or of none, finds nothing and writes nothing', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject)]);
    const other = aSubject({ executionId: subject.executionId });
    for (const asked of [other, aSubject(), aSubject({ executionId: '*' })])
      await expect(cancel(asked)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    expect(await typesOf(subject)).toEqual(['started']);
    expect(await typesOf(other)).toEqual([]);
  });

  test('comes through while the execution goes on all the time, and so do many at once', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject)]);
    const executor = async () => {
      for (let step = 0; step < 50; step++)
        await append(history.bus, subject, [httpStep(`s${step}`, 'step_completed')]);
    };
    const [, ...answers] = await Promise.all([executor(), ...Array.from({ length: 5 }, () => cancel(subject))]);
    const types = await typesOf(subject);
    expect(types.filter((type) => type === 'step_completed')).toHaveLength(50);
    expect(types).toContain('cancel_requested');
    // Whoever was later, the first one counts.
    expect(new Set(answers.map(({ cancellation }) => cancellation?.requested_by))).toEqual(new Set(['tok_1']));
  });

  test('of many of one organisation at once are all taken', async () => {
    const { organisationId } = aSubject();
    const subjects = Array.from({ length: 60 }, () => aSubject({ organisationId }));
    for (const subject of subjects) await append(history.bus, subject, [start(subject), waiting()]);
    // Not over NATS: whoever asks there gives up after a time.
    const cancels = history.app.get(CancelService);
    const answers = await Promise.all(subjects.map((subject) => cancels.cancel(addressOf(subject))));
    expect(answers.map(({ status }) => status)).toEqual(subjects.map(() => 'cancelled'));
  });

  test('and the end of the execution leave one end, in the order of the journal', async () => {
    const seen = { cancelled: 0, completed: 0 };
    for (let round = 0; round < 40; round++) {
      const subject = aSubject();
      const { sequence } = await append(history.bus, subject, [start(subject), waiting()]);
      // As the executor that wakes it and runs it to its end in one entry.
      const run = history.bus.publish(
        JournalEntry,
        { ...addressOf(subject), entry_id: 'run:0', events: [completed()], generation: 1 },
        { expectLastSequence: sequence },
      );
      const [ran, asked] = await Promise.allSettled([run, cancel(subject)]);
      const types = await typesOf(subject);
      if (ran.status === 'fulfilled') {
        expect(asked).toMatchObject({ status: 'rejected', reason: { code: 'EXECUTION_FINISHED' } });
        expect(types).toEqual(['started', 'suspended', 'completed']);
        seen.completed++;
      } else {
        expect(asked).toMatchObject({ status: 'fulfilled', value: { status: 'cancelled' } });
        expect(types).toEqual(['started', 'suspended', 'cancel_requested', 'cancelled']);
        seen.cancelled++;
      }
    }
    expect(seen.cancelled + seen.completed).toBe(40);
  });

  test('is reported once it has ended the execution, to whoever waits for that', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject), waiting()]);
    await cancel(subject);
    const told = await waitUntil('the announcement', async () => {
      const all = await history.bus.readFrom(ExecutionFinished, 1, 1_000);
      return all.find(({ payload }) => payload.execution_id === subject.executionId)?.payload ?? null;
    });
    expect(told).toMatchObject({ status: 'cancelled', organisation_id: subject.organisationId });
    expect(told.error).toBeUndefined();
  });

  test('needs no database', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject), waiting()]);
    const away = await createHistory({
      nats: asked.natsUrl,
      mongo: 'mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200',
    });
    try {
      expect(await away.app.get(CancelService).cancel(addressOf(subject))).toMatchObject({ status: 'cancelled' });
    } finally {
      await away.app.close();
    }
  });
});

const BY_SHOWN = { requested_by: 'tok_1', reason: 'The wrong list', in_flight: [], in_flight_total: 0 };

/** Whatever is in the journal has aged out. */
async function purgeJournals(bus: NatsBus): Promise<void> {
  for (const number of [0, 1]) {
    const reply = await bus.connection.request(`$JS.API.STREAM.PURGE.JOURNAL_${number}`);
    expect(reply.json<{ success?: boolean }>().success).toBe(true);
  }
}
