import { planWorkflow, validateWorkflow, type Problem } from '../src/index.js';
import {
  referenceCreate,
  referenceExpressions,
  referenceSdk,
  referenceSteps,
  referenceTriggers,
  referenceUpdate,
  referenceWorkflow,
} from './fixtures/reference.js';

const pass = (id: string) => ({ id, type: 'transform', config: { output: id } });

function problemsOf(document: unknown): readonly Problem[] {
  return validateWorkflow(document).problems;
}

describe('the examples of the public reference', () => {
  it('accepts the documents of create and of the SDKs without a remark', () => {
    expect(problemsOf(referenceCreate)).toEqual([]);
    expect(problemsOf(referenceSdk)).toEqual([]);
    expect(planWorkflow(referenceCreate).root.steps.map((step) => [step.id, step.retry.maxAttempts])).toEqual([
      ['welcome', 3],
      ['send_email', 3],
    ]);
  });

  it('accepts the update with its empty list of steps and warns that nothing would happen', () => {
    const result = validateWorkflow(referenceUpdate);
    expect(result.ok).toBe(true);
    expect(result.problems).toMatchObject([{ severity: 'warning', code: 'no_steps', path: 'steps' }]);
  });

  it('refuses the printed detail example only for the two steps it leaves out', () => {
    expect(problemsOf(referenceWorkflow)).toMatchObject([
      { code: 'unknown_target', path: 'steps[1].config.true_branch' },
      { code: 'unknown_target', path: 'steps[1].config.false_branch' },
    ]);
  });

  it('accepts the detail example with these steps, and leaves the server fields out of the document', () => {
    const whole = { ...referenceWorkflow, steps: [...referenceWorkflow.steps, pass('step_3'), pass('step_4')] };
    const result = validateWorkflow(whole);
    expect(result.problems).toEqual([]);
    expect(result.document).not.toHaveProperty('id');
    expect(result.plan?.root.steps[1]).toMatchObject({ branches: { true: [2], false: [3] }, successor: null });
  });

  it.each(referenceTriggers.map((trigger) => [trigger.type, trigger]))('accepts the %s trigger', (_type, trigger) => {
    expect(problemsOf({ name: 'x', trigger, steps: [pass('a')] })).toEqual([]);
  });

  it('accepts the step examples in one workflow', () => {
    const { ai, http, condition, loop } = referenceSteps;
    const steps = [
      pass('previous_step'),
      ai,
      http,
      condition,
      pass('high_priority_step'),
      pass('normal_priority_step'),
      loop,
    ];
    expect(problemsOf({ name: 'x', steps })).toEqual([]);
  });

  it.each(referenceExpressions)('accepts the expression %s', (output) => {
    const steps = [
      ...['step_id', 'step1', 'step2', 'response'].map(pass),
      { id: 'read', type: 'transform', config: { output } },
    ];
    expect(problemsOf({ name: 'x', variables: { var_name: 1 }, steps })).toEqual([]);
  });
});
