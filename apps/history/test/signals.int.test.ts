import { RunRequested, SignalExecution, type ExecutionEvent, type ExecutionResource } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { addressOf, entriesOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { append, aSubject, completed, start, type History, type Subject } from './start-history.js';

/** Signals as history writes them, with nobody who runs executions. */
describe('a signal', () => {
  let asked: AskedHistory;
  let history: History;
  let asker: NatsBus;

  beforeAll(async () => {
    asked = await openAskedHistory();
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
