import { newId } from '@millrace/contracts';
import { eventOfExecution } from './outbound-event.js';

const finished = {
  execution_id: newId('execution'),
  organisation_id: newId('organisation'),
  workflow_id: newId('workflow'),
  version: 1,
  status: 'completed' as const,
  started_at: '2026-11-27T09:00:00.000Z',
  completed_at: '2026-11-27T09:00:01.000Z',
  duration_ms: 1_000,
};

it('tells subscribers of the end of an execution, and of none that only tried something', () => {
  expect(eventOfExecution(finished)).toMatchObject({ type: 'execution.completed' });
  expect(eventOfExecution({ ...finished, test: true })).toBeNull();
});
