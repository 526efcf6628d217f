import {
  approvalIdOf,
  CancelExecution,
  DecideApproval,
  PauseExecution,
  RunRequested,
  SignalExecution,
} from '@millrace/contracts';
import { addLateCopies } from '@millrace/testing';
import { addressOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { append, aSubject, start } from './start-history.js';

/*
 * Every other read of a journal is served by a copy that has nothing of it: what is asked of an execution must not be decided by that.
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
    // What is returned is read as far as what was written.
    const answered = await asker.request(SignalExecution, signal);
    expect(answered).toMatchObject({ id: subject.executionId, workflow_id: subject.workflowId });
    // Asked again it is there already.
    expect(await asker.request(SignalExecution, signal)).toMatchObject({ id: subject.executionId });
  }
  for (const subject of subjects)
    expect((await asker.lastOnSubject(RunRequested, addressOf(subject)))?.payload.generation).toBe(1);
});

test('what is returned for a decision, a pause and a cancel has it, whichever copies are read', async () => {
  const { history, asker } = asked;
  const at = new Date().toISOString();
  for (let n = 0; n < EXECUTIONS; n++) {
    const subject = aSubject();
    const approval_id = approvalIdOf(subject.executionId, 'ask', 1);
    const asks = { message: 'May it?', required: 2, on_rejection: 'continue', on_expiry: 'reject' };
    await append(history.bus, subject, [
      start(subject),
      {
        ...{ type: 'step_waiting', at, path: 'ask', step_type: 'approval', started_at: at, attempt: 1 },
        ...{
          waits_for: 'approval',
          until: '2099-01-01T00:00:00.000Z',
          frozen: { approval: { id: approval_id, ...asks } },
        },
      },
      { type: 'suspended', at, until: '2099-01-01T00:00:00.000Z' },
    ]);
    const { organisation_id, execution_id } = addressOf(subject);
    const decision = { organisation_id, approval_id, approved: true, decision_id: '1', by: 'tok_1' };
    expect(await asker.request(DecideApproval, decision)).toMatchObject({ decisions: [{ by: 'tok_1' }] });
    const paused = await asker.request(PauseExecution, { organisation_id, execution_id, reason: 'later' });
    expect(paused.pause).toMatchObject({ reason: 'later' });
    const cancelled = await asker.request(CancelExecution, { organisation_id, execution_id });
    expect(cancelled.status).toBe('cancelled');
  }
});
