import { LIMITS, type RunRequest } from '@millrace/contracts';
import { systemClock } from '../clock.js';
import { ChildStarts, handlesFailure, isAwaited } from './child-executions.js';

type Trigger = RunRequest['trigger'];

const deepest: Trigger = {
  type: 'workflow',
  execution_id: 'exec_parent',
  step_path: 'call',
  awaited: true,
  depth: LIMITS.subWorkflowDepth,
};
const retryOf = (original: Trigger): Trigger => ({ type: 'retry', execution_id: 'exec_first', original });

/** Whether a step of an execution with that trigger may start another one; none of them is published. */
function admitted(trigger: Trigger): Promise<number> {
  const found = { organisation_id: 'org_1', status: 'active', version: 3, suspended: false };
  const snapshots = { get: () => Promise.resolve(found), peek: () => found };
  const quota = { require: () => undefined, charge: () => undefined };
  const parent = { organisation_id: 'org_1', execution_id: 'exec_1', trigger };
  return new ChildStarts({ snapshots } as never, quota, systemClock, {} as never)
    .of(parent)
    .admit('wf_1', true, 'call');
}

test('a retry is as deep as the execution that it goes on from', async () => {
  const tooDeep = { code: 'SUB_WORKFLOW_TOO_DEEP' };
  await expect(admitted({ type: 'api' })).resolves.toBe(3);
  await expect(admitted(retryOf({ type: 'api' }))).resolves.toBe(3);
  await expect(admitted(deepest)).rejects.toMatchObject(tooDeep);
  await expect(admitted(retryOf(deepest))).rejects.toMatchObject(tooDeep);
});

test('a retry handles a failure when the first execution did, and nobody waits for it', () => {
  const failure: Trigger = { type: 'failure', execution_id: 'exec_failed', workflow_id: 'wf_1' };
  expect([failure, retryOf(failure), retryOf({ ...deepest, handles_failure: true })].map(handlesFailure)).toEqual([true, true, true]); // prettier-ignore
  expect([deepest, retryOf(deepest)].map(handlesFailure)).toEqual([false, false]);
  expect([deepest, retryOf(deepest)].map((trigger) => isAwaited({ trigger }))).toEqual([true, false]);
});
