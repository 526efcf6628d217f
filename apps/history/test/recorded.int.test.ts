import {
  JournalEntry,
  ReadRecorded,
  ReadRecordedState,
  RunRequested,
  SignalExecution,
  type ExecutionEvent,
} from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { addressOf, entriesOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { append, aSubject, completed, httpStep, start, type Subject } from './start-history.js';

const at = '2026-11-25T09:00:00.000Z';
const until = '2026-12-20T09:00:00.000Z';
const suspended: ExecutionEvent = { type: 'suspended', at, until, linked: true };
const signal: ExecutionEvent = { type: 'signal_received', at, signal: 'go', signal_id: 's' };

/** What executors get of executions whose journal has aged out. */
describe('what is recorded of an execution', () => {
  let asked: AskedHistory;
  beforeAll(async () => {
    asked = await openAskedHistory();
  });
  afterAll(() => asked.stop());

  const state = (subject: Subject) => asked.asker.request(ReadRecordedState, addressOf(subject));
  const page = (subject: Subject, after: number, before?: number) =>
    asked.asker.request(ReadRecorded, { ...addressOf(subject), after, ...(before === undefined ? {} : { before }) });

  /** Appends the entries, and purges the journal when they are recorded. Returns their sequences. */
  async function recorded(subject: Subject, ...entries: ExecutionEvent[][]): Promise<number[]> {
    const sequences: number[] = [];
    for (const events of entries) sequences.push((await append(asked.history.bus, subject, events)).sequence);
    await waitUntil('it is settled', async () => {
      const floors = await asked.history.bus.settledUpTo(JournalEntry, 'history');
      const stream = await asked.history.bus.streamOf(JournalEntry, addressOf(subject));
      return (floors.get(stream) ?? 0) >= Math.max(...sequences);
    });
    for (const number of [0, 1]) {
      const body = JSON.stringify({ filter: `journal.*.*.${subject.executionId}` });
      await asked.asker.connection.request(`$JS.API.STREAM.PURGE.JOURNAL_${number}`, body);
    }
    return sequences;
  }

  it('says how far it is, as its journal did', async () => {
    const subject = aSubject();
    const [first] = [start(subject)];
    await recorded(subject, [first], [suspended], [{ type: 'woken', at, generation: 1 }], [suspended], [signal]);
    expect(await state(subject)).toEqual({
      started: first,
      latest: { events: [signal], generation: 1, suspended: { until, linked: true } },
      incomplete: false,
    });
    const claimed = aSubject();
    await recorded(claimed, [start(claimed)], [{ type: 'resumed', at, delivery: 2, claims: 3 }], [signal]);
    expect((await state(claimed)).latest).toEqual({ events: [signal], claims: 3 });
    const ended = aSubject();
    await recorded(ended, [start(ended), completed(1)]);
    expect((await state(ended)).latest.events).toMatchObject([{ type: 'completed', output: 1 }]);
  });

  it('says that a part of it is lost', async () => {
    const subject = aSubject();
    await recorded(subject, [start(subject), suspended]);
    const records = asked.history.database.collection<{ _id: string }>('executions');
    await records.updateOne({ _id: subject.executionId }, { $set: { missing: [1] } });
    expect(await state(subject)).toMatchObject({ incomplete: true });
  });

  it('is read in pages, in order, between two places of the journal', async () => {
    const subject = aSubject();
    const large = { text: 'x'.repeat(5 * 1024 * 1024) };
    const entries = [
      [start(subject)],
      [httpStep('a', 'step_started')],
      [httpStep('a', 'step_completed', large)],
      [suspended],
    ];
    const sequences = await recorded(subject, ...entries);
    const first = await page(subject, 0);
    expect([first.entries.map(({ sequence }) => sequence), first.has_more]).toEqual([sequences.slice(0, 3), true]);
    const second = await page(subject, sequences[2] as number);
    expect(second).toEqual({ entries: [{ sequence: sequences[3], events: [suspended] }], has_more: false });
    const middle = await page(subject, sequences[0] as number, sequences[2]);
    expect(middle.entries.map(({ sequence }) => sequence)).toEqual([sequences[1]]);
  });

  it('counts for signals as the journal would: one that was sent before is not sent again, and a new one wakes', async () => {
    const subject = aSubject();
    const waits: ExecutionEvent = {
      ...{ type: 'step_waiting', at, path: 'hold', step_type: 'wait', started_at: at, attempt: 1, waits_for: 'signal' },
      frozen: { signal: 'go' },
    };
    await recorded(
      subject,
      [start(subject), waits, suspended],
      [{ type: 'woken', at, generation: 1 }],
      [suspended],
      [signal],
    );
    const send = (signal_id: string) =>
      asked.asker.request(SignalExecution, { ...addressOf(subject), signal_name: 'go', signal_id });
    await send('s');
    expect(await entriesOf(asked.history, subject)).toEqual([]);
    await send('t');
    expect(await entriesOf(asked.history, subject)).toMatchObject([
      { events: [{ type: 'signal_received', signal_id: 't' }], generation: 1, suspended: { until, linked: true } },
    ]);
    const queued = await asked.history.bus.lastOnSubject(RunRequested, addressOf(subject));
    expect(queued?.payload).toMatchObject({ generation: 2, workflow_id: subject.workflowId });
  });

  it('is found for its own organisation alone', async () => {
    const subject = aSubject();
    await recorded(subject, [start(subject), suspended]);
    const others = aSubject({ executionId: subject.executionId });
    for (const one of [others, aSubject(), aSubject({ executionId: '*' })]) {
      await expect(state(one)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
      await expect(page(one, 0)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    }
  });
});
