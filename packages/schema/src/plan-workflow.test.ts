import { InvalidWorkflowError, planWorkflow } from './plan-workflow.js';
import { validateWorkflow } from './validate-workflow.js';

const pass = (id: string, more: object = {}) => ({ id, type: 'transform', config: { output: id }, ...more });

describe('planWorkflow', () => {
  it('passes over branch targets and leads to the first later step that is none', () => {
    const condition = {
      id: 'c',
      type: 'condition',
      config: { condition: 'input.a', true_branch: ['t1', 't2'], false_branch: 'f' },
    };
    const { root } = planWorkflow({ name: 'x', steps: [condition, pass('t1'), pass('f'), pass('t2'), pass('join')] });
    expect(root.entry).toBe(0);
    expect(root.steps[0]).toMatchObject({
      branches: { true: [1, 3], false: [2] },
      successor: 4,
      explicitNext: undefined,
    });
    expect(root.steps.map((step) => step.successor)).toEqual([4, 4, 4, 4, null]);
  });

  it('counts a goto target as a branch target and resolves it', () => {
    const { root } = planWorkflow({ name: 'x', steps: [pass('a', { on_error: { goto: 'c' } }), pass('b'), pass('c')] });
    expect(root.steps.map((step) => [step.successor, step.onError])).toEqual([
      [1, { kind: 'goto', target: 2 }],
      [null, { kind: 'fail' }],
      [null, { kind: 'fail' }],
    ]);
  });

  it('keeps next apart from its absence', () => {
    const { root } = planWorkflow({
      name: 'x',
      steps: [pass('a', { next: 'c' }), pass('b', { next: null }), pass('c')],
    });
    expect(root.steps.map((step) => step.explicitNext)).toEqual([2, null, undefined]);
  });

  it('has no entry when there are no steps', () => {
    expect(planWorkflow({ name: 'x', steps: [] }).root).toEqual({ name: null, entry: null, steps: [] });
  });

  it('names the branches of a switch by their position and the default', () => {
    const config = {
      cases: [
        { when: 'true', then: 'a' },
        { when: 'input.b', then: ['a', 'b'] },
      ],
      default: null,
    };
    const { root } = planWorkflow({ name: 'x', steps: [{ id: 's', type: 'switch', config }, pass('a'), pass('b')] });
    expect(root.steps[0]?.branches).toEqual({ 0: [1], 1: [1, 2], default: [] });
  });

  it('plans the lists inside loops and parallels, with their names', () => {
    const loop = { id: 'l', type: 'loop', config: { items: [1], steps: [pass('in_loop')] } };
    const branches = [{ name: 'left', steps: [pass('one')] }, { steps: [loop] }];
    const plan = planWorkflow({ name: 'x', steps: [{ id: 'p', type: 'parallel', config: { branches } }] });
    expect(plan.stepCount).toBe(4);
    expect(plan.root.steps[0]?.blocks.map((block) => [block.name, block.steps[0]?.id])).toEqual([
      ['left', 'one'],
      [null, 'l'],
    ]);
    expect(plan.root.steps[0]?.blocks[1]?.steps[0]?.blocks[0]).toMatchObject({
      name: null,
      entry: 0,
      steps: [{ id: 'in_loop' }],
    });
  });

  it('fills in defaults of configs and leaves templates as text', () => {
    const { root } = planWorkflow({ name: 'x', steps: [{ id: 'a', type: 'http', config: { url: '{{input.url}}' } }] });
    expect(root.steps[0]?.config).toEqual({
      url: '{{input.url}}',
      method: 'GET',
      response: 'auto',
      follow_redirects: true,
    });
  });

  it('retries steps that call services by default, others once, and any by its retry', () => {
    const { root } = planWorkflow({
      name: 'x',
      steps: [
        { id: 'a', type: 'http', config: { url: 'https://example.com' } },
        pass('b'),
        pass('c', { retry: {}, timeout: '2s' }),
        pass('d', {
          retry: {
            max_attempts: 7,
            backoff: 'constant',
            initial_delay: '1m',
            jitter: false,
            retry_if: 'error.status == 1',
            max_elapsed: 60,
          },
        }),
      ],
    });
    const usual = {
      backoff: 'exponential',
      initialDelayMs: 1_000,
      maxDelayMs: 30_000,
      jitter: true,
      retryIf: null,
      maxElapsedMs: null,
    };
    expect(root.steps.map((step) => step.retry)).toEqual([
      { maxAttempts: 3, ...usual },
      { maxAttempts: 1, ...usual },
      { maxAttempts: 3, ...usual },
      {
        maxAttempts: 7,
        backoff: 'constant',
        initialDelayMs: 60_000,
        maxDelayMs: 60_000,
        jitter: false,
        retryIf: 'error.status == 1',
        maxElapsedMs: 60_000,
      },
    ]);
    expect(root.steps.map((step) => step.timeoutMs)).toEqual([null, null, 2_000, null]);
  });

  it('takes settings over with their defaults', () => {
    expect(planWorkflow({ name: 'x', steps: [] })).toMatchObject({
      timeoutMs: null,
      queueTimeoutMs: null,
      missing: 'error',
      concurrency: null,
      onFailureWorkflow: null,
    });
    const settings = {
      timeout: '1m',
      queue_timeout: '30s',
      missing: 'empty',
      concurrency: { limit: 2 },
      on_failure_workflow: 'wf_1',
    };
    expect(planWorkflow({ name: 'x', steps: [], settings })).toMatchObject({
      timeoutMs: 60_000,
      queueTimeoutMs: 30_000,
      missing: 'empty',
      concurrency: { limit: 2, key: null, onConflict: 'queue' },
      onFailureWorkflow: 'wf_1',
    });
  });

  it('gives the same plan as the validation', () => {
    const document = { name: 'x', steps: [pass('a', { next: 'b' }), pass('b')], output: '{{b.output}}' };
    expect(validateWorkflow(document).plan).toEqual(planWorkflow(document));
  });

  it('refuses a document that is not valid, and says where', () => {
    expect(() => planWorkflow({ name: 'x', steps: [pass('a', { next: 'nowhere' })] })).toThrow(InvalidWorkflowError);
    expect(() => planWorkflow({ name: 'x', steps: [pass('a', { next: 'nowhere' })] })).toThrow('steps[0].next');
    expect(() => planWorkflow(null)).toThrow(InvalidWorkflowError);
  });

  it('goes on planning a document that is larger than the limits of today', () => {
    const steps = Array.from({ length: 1_500 }, (_, index) => pass(`s${index}`));
    expect(planWorkflow({ name: 'x', steps }).stepCount).toBe(1_500);
  });
});
