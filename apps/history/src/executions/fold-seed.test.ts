import type { ExecutionEvent } from '@millrace/contracts';
import { foldExecution } from './fold.js';

it('does not reveal the seed of the random numbers', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const seed = 'pGq3vY0cQmS1xkz8yqYh3w';
  const of = { workflow_id: 'wf_1', version: 3, accepted_at: at, trigger: { type: 'api' } } as const;
  const events: ExecutionEvent[] = [{ type: 'started', at, ...of, seed }];
  const execution = foldExecution('exec_1', events);
  expect(execution?.status).toBe('running');
  expect(JSON.stringify(execution)).not.toContain(seed);
});
