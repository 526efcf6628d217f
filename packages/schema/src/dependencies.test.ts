import { dependenciesOf, evaluatedCharacters, readsOfPlan } from './dependencies.js';
import { planWorkflow } from './plan-workflow.js';

describe('dependenciesOf', () => {
  const document = {
    name: 'x',
    trigger: { type: 'webhook', config: { headers: { A: '{{secrets.hook}}' } } },
    settings: { on_failure_workflow: 'wf_fail', concurrency: { limit: 1, key: '{{variables.key}}' } },
    steps: [
      {
        id: 'a',
        type: 'http',
        config: { url: '{{env.BASE}}/{{variables.path}}', headers: { K: 'Bearer {{secrets.api}}' } },
        retry: { retry_if: 'error.status == 1' },
      },
      {
        id: 'l',
        type: 'loop',
        config: {
          items: '{{a.data}}',
          steps: [
            {
              id: 'in',
              type: 'sub_workflow',
              config: { workflow_id: 'wf_sub', input: { x: '{{item}}', y: '{{steps["a"].status}}' } },
            },
          ],
        },
      },
      { id: 'b', type: 'transform', config: { output: '{{l.output.map(a => a.x)}}' }, if: 'secrets.flag == "on"' },
    ],
    output: '{{b.output}}',
  };

  it('lists what the whole workflow reads', () => {
    const { byStep: _byStep, ...all } = dependenciesOf(document);
    expect(all).toEqual({
      steps: ['a', 'b', 'l'],
      secrets: ['api', 'flag', 'hook'],
      variables: ['key', 'path'],
      env: ['BASE'],
      workflows: ['wf_fail', 'wf_sub'],
    });
  });

  it('lists what each step reads, nested ones for themselves', () => {
    const { byStep } = dependenciesOf(document);
    const none = { steps: [], secrets: [], variables: [], env: [], workflows: [] };
    expect(Object.fromEntries(byStep)).toEqual({
      a: { ...none, secrets: ['api'], variables: ['path'], env: ['BASE'] },
      l: { ...none, steps: ['a'] },
      in: { ...none, steps: ['a'], workflows: ['wf_sub'] },
      b: { ...none, steps: ['l'], secrets: ['flag'] },
    });
  });

  it('finds nothing in what is no workflow, and does not mind mistakes', () => {
    expect(dependenciesOf(17).steps).toEqual([]);
    expect(
      dependenciesOf({ steps: [{ id: 'a', type: 'transform', config: { output: '{{input.' } }] }).byStep.get('a')
        ?.steps,
    ).toEqual([]);
  });
});

describe('what a plan reads', () => {
  const reads = (steps: object[], rest: object = {}) =>
    readsOfPlan(planWorkflow({ name: 'x', trigger: { type: 'webhook' }, steps, ...rest }));
  const transform = (output: unknown, rest: object = {}) => ({
    id: 'a',
    type: 'transform',
    config: { output },
    ...rest,
  });

  it('is of all its texts, without the variables that are its own', () => {
    const inner = transform('{{env.REGION}} {{variables.theirs}} {{variables["own"]}}', { if: 'secrets.flag == "on"' });
    const loop = { id: 'l', type: 'loop', config: { items: [1], steps: [inner] } };
    expect(reads([loop], { variables: { own: 1 }, output: { key: '{{secrets.out}}' } })).toEqual({
      secrets: ['flag', 'out'],
      variables: ['theirs'],
      env: ['REGION'],
    });
    expect(reads([transform('{{input.secrets}}')])).toEqual({ secrets: [], variables: [], env: [] });
  });

  it('is every variable, when one is chosen while it runs or all are read', () => {
    expect(reads([transform('{{variables[input.name]}}')]).variables).toBe('all');
    expect(reads([transform('{{variables}}')]).variables).toBe('all');
  });
});

it('counts the characters of all texts of a plan that are evaluated, and of no others', () => {
  const plan = planWorkflow({
    name: 'x',
    trigger: { type: 'webhook' },
    steps: [
      { id: 'plain', type: 'transform', config: { output: 'nothing to evaluate' } },
      { id: 'a', type: 'transform', if: 'true', config: { output: { deep: ['{{1234}}'] } } },
      {
        id: 'each',
        type: 'loop',
        config: { items: '{{[1]}}', steps: [{ id: 'b', type: 'transform', config: { output: '{{item}}' } }] },
      },
    ],
    output: '{{12}}',
  });
  const texts = ['true', '{{1234}}', '{{[1]}}', '{{item}}', '{{12}}'];
  expect(evaluatedCharacters(plan)).toBe(texts.join('').length);
});
