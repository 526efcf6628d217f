import { RunRequested, SignalExecution } from '@millrace/contracts';
import { addLateCopies } from '@millrace/testing';
import { addressOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { append, aSubject, start } from './start-history.js';

/*
 * Every other read of a journal is answered by a copy that has nothing of it: what is asked of an execution must not be decided by that.
 */

const EXECUTIONS = 20;

let asked: AskedHistory;

beforeAll(async () => {
  asked = await openAskedHistory();
  await addLateCopies(asked.asker.connection, ['JOURNAL_0', 'JOURNAL_1']);
});
afterAll(() => asked.stop());

test('a signal that a step waits for wakes its execution, whichever copies are read', async () => {
  const { history, asker } = asked;
  const at = new Date().toISOString();
  const subjects = Array.from({ length: EXECUTIONS }, () => aSubject());
  for (const subject of subjects)
    await append(history.bus, subject, [
      start(subject),
      {
        ...{ type: 'step_waiting', at, path: 'pay', step_type: 'wait', started_at: at, attempt: 1 },
        ...{ waits_for: 'signal', frozen: { signal: 'paid' } },
      },
      { type: 'suspended', at, until: '2099-01-01T00:00:00.000Z' },
    ]);
  for (const subject of subjects) {
    const signal = { ...addressOf(subject), signal_name: 'paid', signal_id: 'a' };
    // What is answered may be read from a late copy too; here it is about what is written.
    await asker.request(SignalExecution, signal).catch(() => undefined);
  }
  for (const subject of subjects)
    expect((await asker.lastOnSubject(RunRequested, addressOf(subject)))?.payload.generation).toBe(1);
});
