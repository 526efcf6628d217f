import {
  keyedId,
  RunRequested,
  SignalExecution,
  type ExecutionEvent,
  type ExecutionResource,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { addressOf, entriesOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { waitUntil } from '@millrace/testing';
import { JournalTrimmer } from '../src/executions/journal-trimmer.js';
import { append, aSubject, completed, httpStep, start, type History, type Subject } from './start-history.js';

/** Signals as history writes them, with nobody who runs executions. */
describe('a signal', () => {
  let asked: AskedHistory;
  let history: History;
  let asker: NatsBus;

  beforeAll(async () => {
    asked = await openAskedHistory({ journalMinutes: 0 });
    ({ history, asker } = asked);
  });
  afterAll(() => asked.stop());

  const signal = (subject: Subject, signal_id: string, name = 'paid', payload?: unknown): Promise<ExecutionResource> =>
    asker.request(SignalExecution, {
      ...addressOf(subject),
      signal_name: name,
      signal_id,
      by: 'tok_1',
      ...(payload === undefined ? {} : { payload }),
    });
  const signalsOf = async (subject: Subject) =>
    (await entriesOf(history, subject)).flatMap(({ events }) =>
      events.flatMap((event) => (event.type === 'signal_received' ? [event.signal_id] : [])),
    );
  const queued = (subject: Subject) => asker.lastOnSubject(RunRequested, addressOf(subject));
  const at = (): string => new Date().toISOString();
  const waits = (name: string): ExecutionEvent => ({
    ...{ type: 'step_waiting', at: at(), path: 'pay', step_type: 'wait', started_at: at(), attempt: 1 },
    ...{ waits_for: 'signal', frozen: { signal: name } },
  });
  const suspended = (): ExecutionEvent => ({ type: 'suspended', at: at(), until: '2099-01-01T00:00:00.000Z' });

  test('for an execution that runs is behind what is there, once for its id, with the first payload', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject)]);
    expect(await signal(subject, 'a', 'paid', { amount: 1 })).toMatchObject({ status: 'running' });
    await signal(subject, 'a', 'paid', { amount: 2 });
    await signal(subject, 'b');
    expect((await entriesOf(history, subject)).flatMap(({ events }) => events).slice(1)).toMatchObject([
      { type: 'signal_received', signal: 'paid', signal_id: 'a', data: { amount: 1 }, by: 'tok_1' },
      { type: 'signal_received', signal: 'paid', signal_id: 'b' },
    ]);
    expect(await queued(subject)).toBeNull();
  });

  test('wakes a suspended execution only when a step waits for it, and leaves it suspended in either case', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject), waits('paid'), suspended()]);
    expect(await signal(subject, 'a', 'other')).toMatchObject({ status: 'waiting' });
    expect(await queued(subject)).toBeNull();
    await signal(subject, 'b', 'paid');
    expect((await queued(subject))?.payload).toMatchObject({
      generation: 1,
      execution_id: subject.executionId,
      workflow_id: subject.workflowId,
      version: 1,
      trigger: { type: 'api' },
    });
    const [, ...asides] = await entriesOf(history, subject);
    const still = { suspended: { until: '2099-01-01T00:00:00.000Z' } };
    expect(asides).toMatchObject([still, still]);
  });

  test('of many at once each is written once', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject)]);
    const ids = Array.from({ length: 12 }, (_, index) => `s${index}`);
    await Promise.all([...ids, ...ids].map((id) => signal(subject, id)));
    expect((await signalsOf(subject)).sort()).toEqual([...ids].sort());
  });

  test('for one that has ended, that nobody has begun, or that is another organisation’s, is refused', async () => {
    const ended = aSubject();
    await append(history.bus, ended, [start(ended), completed()]);
    await expect(signal(ended, 'a')).rejects.toMatchObject({ code: 'EXECUTION_FINISHED' });
    const accepted = aSubject();
    await asker.publish(RunRequested, {
      ...addressOf(accepted),
      ...{ workflow_id: accepted.workflowId, version: 3, generation: 0, accepted_at: at(), trigger: { type: 'api' } },
    });
    await expect(signal(accepted, 'a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await entriesOf(history, accepted)).toEqual([]);
    const runs = aSubject();
    await append(history.bus, runs, [start(runs)]);
    for (const other of [aSubject({ executionId: runs.executionId }), aSubject(), aSubject({ executionId: '*' })])
      await expect(signal(other, 'a')).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    expect(await signalsOf(runs)).toEqual([]);
  });

  test('that is repeated once its execution has ended is what it was, wherever the execution is', async () => {
    const [small, large] = [aSubject(), aSubject()];
    const output = { text: 'x'.repeat(3 * 1024 * 1024) };
    for (const subject of [small, large]) {
      await append(history.bus, subject, [start(subject)]);
      await signal(subject, 'a');
    }
    await append(history.bus, large, [httpStep('a', 'step_completed', output)]);
    const repeated = async (subject: Subject): Promise<void> => {
      expect(await signal(subject, 'a')).toMatchObject({ id: subject.executionId, status: 'completed' });
      await expect(signal(subject, 'b')).rejects.toMatchObject({
        code: 'EXECUTION_FINISHED',
        details: { execution_id: subject.executionId, status: 'completed' },
      });
    };
    for (const subject of [small, large]) {
      await append(history.bus, subject, [completed()]);
      await repeated(subject);
    }
    for (const subject of [small, large]) {
      await waitUntil('only an end marker is left', async () => {
        await history.app.get(JournalTrimmer).trimBatch(Date.now() + 60_000);
        return (await entriesOf(history, subject))[0]?.end_marker ?? null;
      });
      await repeated(subject);
    }
    for (const subject of [small, large]) {
      for (const number of [0, 1])
        await asker.connection.request(
          `$JS.API.STREAM.PURGE.JOURNAL_${number}`,
          JSON.stringify({ filter: `journal.*.*.${subject.executionId}` }),
        );
      expect(await entriesOf(history, subject)).toEqual([]);
      await repeated(subject);
    }
  });

  test('under a key is known by what 0.1 wrote of the key, and by its request since', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject)]);
    const name = 'n'.repeat(43);
    const [pay, refund] = [keyedId('o'.repeat(43), 'p'.repeat(43)), keyedId('o'.repeat(43), 'r'.repeat(43))];
    const sent = [`key:${name}`, keyedId(name, 'p'.repeat(43)), pay, refund, pay];
    for (const id of sent) await signal(subject, id);
    expect(await signalsOf(subject)).toEqual([`key:${name}`, pay, refund]);
  });

  test('is refused once there are too many that no step has had', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject)]);
    const payload = 'x'.repeat(250_000);
    for (const id of ['a', 'b', 'c', 'd']) await signal(subject, id, 'paid', payload);
    await expect(signal(subject, 'e', 'paid', payload)).rejects.toMatchObject({
      code: 'SIGNALS_FULL',
      details: { limit: 'signalsKeptBytes' },
    });
    // A repetition of one that is there is none too many.
    await signal(subject, 'd', 'paid', payload);
    await signal(subject, 'f');
  });
});
