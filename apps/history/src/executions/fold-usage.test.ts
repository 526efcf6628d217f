import type { ExecutionEvent } from '@millrace/contracts';
import { foldExecution } from './fold.js';

const AT = '2026-01-01T00:00:00.000Z';

const started: ExecutionEvent = {
  ...{ type: 'started', at: AT, workflow_id: 'wf_1', version: 3, accepted_at: AT },
  trigger: { type: 'api' },
};

const used = (input_tokens: number | null, output_tokens: number | null, cost?: number | null) => ({
  usage: {
    ...{ provider: 'p', model: 'm', input_tokens, output_tokens, finish_reason: 'stop' },
    ...(cost === undefined ? {} : { cost }),
  },
});
const run = { at: AT, started_at: AT, step_type: 'ai-completion', attempt: 1 };
const completed = (path: string, usage: object = {}): ExecutionEvent => ({
  ...{ type: 'step_completed', path, output: null },
  ...run,
  ...usage,
});
const failed = (path: string, usage: object): ExecutionEvent => ({
  ...{ type: 'step_failed', path, error: { code: 'AI_REQUEST_FAILED', message: '' }, retry_at: AT },
  ...run,
  ...usage,
});

function folded(...events: ExecutionEvent[]) {
  const execution = foldExecution('exec_1', [started, ...events]);
  if (execution === null) throw new Error('There is no execution');
  return execution;
}

describe('what the steps of an execution have used of models', () => {
  it('is added up over all steps, iterations and attempts', () => {
    const { usage } = folded(
      failed('a', used(10, null)),
      completed('a', used(10, 5)),
      completed('l[0].b', used(1, 2)),
      completed('l[1].b', used(null, null)),
      completed('c'),
    );
    expect(usage).toEqual({ input_tokens: 21, output_tokens: 7 });
  });

  it('is not there where no step used one, and unknown where no provider says', () => {
    expect(folded(completed('c'))).not.toHaveProperty('usage');
    expect(folded(completed('a', used(null, null))).usage).toEqual({ input_tokens: null, output_tokens: null });
  });

  it('has what they cost together, as far as their prices are known', () => {
    const { usage } = folded(
      failed('a', used(10, 2, 20)),
      completed('a', used(10, 5, 27)),
      completed('b', used(1, 1, null)),
    );
    expect(usage).toEqual({ input_tokens: 21, output_tokens: 8, cost: 47 });
    expect(folded(completed('b', used(1, 1, null))).usage).toHaveProperty('cost', null);
  });

  it('has no cost of what an older executor has run', () => {
    expect(folded(completed('a', used(1, 1))).usage).not.toHaveProperty('cost');
    // Two executors have run it, one of them of a release that did not say.
    expect(folded(completed('a', used(1, 1)), completed('b', used(1, 1, 5))).usage).toHaveProperty('cost', 5);
  });
});
