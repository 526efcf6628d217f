import { validateWorkflow } from './validate-workflow.js';
import type { ValidationContext } from './validation-context.js';

const give = (id: string, output: unknown = 1, more: object = {}) => ({
  id,
  type: 'transform',
  config: { output },
  ...more,
});
const choice = (true_branch: unknown, false_branch: unknown = null) => ({
  id: 'choice',
  type: 'condition',
  config: { condition: 'input.a == 1', true_branch, false_branch },
});

function found(document: object, context?: ValidationContext): string[] {
  return validateWorkflow({ name: 'x', ...document }, context).problems.map(
    (one) => `${one.severity} ${one.code} ${one.path}`,
  );
}

describe('a reference to a step', () => {
  it('is fine when the step has run before', () => {
    expect(
      found({ steps: [give('a'), give('b', '{{a.output}} {{a.data}} {{a.status}} {{steps["a"].error ?? 1}}')] }),
    ).toEqual([]);
  });

  it('is an error when the step comes later, or is the step itself', () => {
    expect(found({ steps: [give('a', '{{b.output}}'), give('b', '{{b.output}}')] })).toEqual([
      'error not_yet_run steps[0].config.output',
      'error not_yet_run steps[1].config.output',
    ]);
  });

  it('is an error on the other branch', () => {
    expect(found({ steps: [choice('yes', 'no'), give('yes'), give('no', '{{yes.output}}')] })).toEqual([
      'error not_yet_run steps[2].config.output',
    ]);
  });

  it('is a warning after a branch that may not have been taken, and none when it says what holds then', () => {
    const steps = (output: string) => [choice('yes', 'no'), give('yes'), give('no'), give('end', output)];
    expect(found({ steps: steps('{{yes.output}}') })).toEqual(['warning may_be_skipped steps[3].config.output']);
    expect(found({ steps: steps('{{yes.output ?? "none"}}') })).toEqual([]);
    expect(found({ steps: steps('{{yes.output ?? no.output}}') })).toEqual([]);
    expect(found({ steps: steps('{{default(yes.output, 1)}} {{yes?.output ?? 1}} {{exists(yes.output)}}') })).toEqual(
      [],
    );
    expect(found({ steps: steps('{{yes.output}}'), settings: { missing: 'empty' } })).toEqual([]);
  });

  it('is a warning when the step has an if', () => {
    expect(found({ steps: [give('a', 1, { if: 'input.a == 1' }), give('b', '{{a.output}}')] })).toEqual([
      'warning may_be_skipped steps[1].config.output',
    ]);
  });

  it('suggests the fix in the terms of the expression', () => {
    const { problems } = validateWorkflow({
      name: 'x',
      steps: [give('a', 1, { if: 'input.a == 1' }), give('b', 'Hi {{a.output.name}}')],
    });
    expect(problems).toMatchObject([
      {
        hint: 'Say what holds in that case, e.g. {{a.output.name ?? "…"}}.',
        span: [5, 6],
        excerpt: 'Hi {{a.output.name}}',
      },
    ]);
  });

  it('is an error when no step has the id, with the nearest one as a hint', () => {
    const { problems } = validateWorkflow({ name: 'x', steps: [give('fetch'), give('b', '{{fetsh.output}}')] });
    expect(problems).toMatchObject([{ severity: 'error', code: 'unknown_name', hint: 'Did you mean "fetch"?' }]);
  });

  it('explains an id with a minus', () => {
    const { problems } = validateWorkflow({ name: 'x', steps: [give('step-1'), give('b', '{{step-1.output}}')] });
    expect(problems.map((one) => one.hint).join()).toContain('steps["step-1"].output');
  });

  it('checks what a step offers', () => {
    const { problems } = validateWorkflow({ name: 'x', steps: [give('a'), give('b', '{{a.urgency}}')] });
    expect(problems).toMatchObject([
      { severity: 'error', code: 'unknown_name', hint: 'Its result is a.output, so write a.output.urgency.' },
    ]);
  });

  it('reaches out of a loop but not into it', () => {
    const loop = {
      id: 'each',
      type: 'loop',
      config: {
        items: '{{before.output}}',
        steps: [give('inner', '{{before.output}} {{item}} {{loop.first}}'), give('more', '{{inner.output}}')],
      },
    };
    expect(found({ steps: [give('before'), loop, give('after', '{{each.output}}')] })).toEqual([]);
    expect(found({ steps: [give('before'), loop, give('after', '{{inner.output}}')] })).toEqual([
      'error inner_step steps[2].config.output',
    ]);
  });

  it('does not reach the loop it is in, nor steps after it', () => {
    const loop = {
      id: 'each',
      type: 'loop',
      config: { items: [1], steps: [give('a', '{{each.output}}'), give('b', '{{after.output}}')] },
    };
    expect(found({ steps: [loop, give('after')] })).toEqual([
      'error not_yet_run steps[0].config.steps[0].config.output',
      'error not_yet_run steps[0].config.steps[1].config.output',
    ]);
  });

  it('does not reach from one branch of a parallel into another', () => {
    const branches = [{ steps: [give('left')] }, { steps: [give('right', '{{left.output}}')] }];
    expect(found({ steps: [{ id: 'p', type: 'parallel', config: { branches } }] })).toEqual([
      'error inner_step steps[0].config.branches[1].steps[0].config.output',
    ]);
  });

  it('may be in the output for every step that always runs', () => {
    expect(
      found({
        steps: [choice('yes'), give('yes'), give('end')],
        output: { a: '{{end.output}}', b: '{{yes.output}}', c: '{{nobody.output}}' },
      }),
    ).toEqual(['error unknown_name output.c', 'warning may_be_skipped output.b']);
  });

  it('can read the failed step after a goto', () => {
    expect(
      found({
        steps: [
          give('a', 1, { on_error: { goto: 'repair' } }),
          give('b', 1, { next: null }),
          give('repair', '{{a.error.message}}'),
        ],
      }),
    ).toEqual([]);
  });

  it('is not judged while a step has no id, since it may be that one', () => {
    expect(found({ steps: [{ type: 'transform', config: { output: 1 } }, give('b', '{{a.output}}')] })).toEqual([
      'error required steps[0].id',
    ]);
  });
});

describe('a reference to anything else', () => {
  it('to item, index or loop is an error outside a loop', () => {
    expect(found({ steps: [give('a', '{{item}} {{index}} {{loop.first}}')] })).toEqual(
      Array(3).fill('error unknown_name steps[0].config.output'),
    );
  });

  it('to a variable, secret or environment value that does not exist is a warning', () => {
    const document = {
      variables: { mine: 1 },
      steps: [
        give(
          'a',
          '{{variables.mine}} {{variables.ours}} {{variables.mne}} {{secrets.s}} {{secrets.t}} {{env.E}} {{env.F}}',
        ),
      ],
    };
    expect(found(document, { variables: ['ours'], secrets: ['s'], env: ['E'] })).toEqual([
      'warning unknown_variable steps[0].config.output',
      'warning unknown_secret steps[0].config.output',
      'warning unknown_env steps[0].config.output',
    ]);
    expect(found(document)).toEqual([
      'warning unknown_variable steps[0].config.output',
      'warning unknown_variable steps[0].config.output',
    ]);
  });

  it('to a value of the environment that is not there names the setting', () => {
    const document = { name: 'x', steps: [give('a', '{{env.REGION}}')] };
    expect(validateWorkflow(document, { env: ['OTHER'] }).problems).toMatchObject([
      { code: 'unknown_env', hint: expect.stringContaining('sets MILLRACE_ENV_REGION') as string },
    ]);
  });

  it('to error is possible in retry_if only', () => {
    expect(found({ steps: [give('a', 1, { retry: { retry_if: 'error.status == 429 && input.a == 1' } })] })).toEqual(
      [],
    );
    expect(found({ steps: [give('a', '{{error.code}}')] })).toEqual(['error unknown_name steps[0].config.output']);
  });

  it('in a trigger can be to constants only', () => {
    const trigger = {
      type: 'webhook',
      config: { headers: { A: '{{secrets.a}}', B: '{{input.b}}', C: '{{a.output}}' } },
    };
    expect(found({ trigger, steps: [give('a')] })).toEqual([
      'error unknown_name trigger.config.headers.B',
      'error not_yet_run trigger.config.headers.C',
    ]);
  });

  it('in the concurrency key can be to the input, but to no step and no secret', () => {
    const settings = (key: string) => ({ concurrency: { limit: 1, key } });
    expect(found({ settings: settings('{{input.customer}}-{{trigger.type}}'), steps: [give('a')] })).toEqual([]);
    expect(found({ settings: settings('{{a.output}}'), steps: [give('a')] })).toEqual([
      'error not_yet_run settings.concurrency.key',
    ]);
    expect(found({ settings: settings('{{secrets.a}}'), steps: [give('a')] })).toEqual([
      'error unknown_name settings.concurrency.key',
    ]);
  });
});

describe('an expression', () => {
  it('with a mistake is an error with its place, in every field that takes expressions', () => {
    const steps = [
      give('a', { deep: [{ b: '{{input.}}' }] }, { if: '{{input.a}} = 1' }),
      { id: 'h', type: 'http', config: { url: 'https://a.example/{{', headers: { X: '{{nope(1)}}' } } },
      { id: 's', type: 'switch', config: { cases: [{ when: 'input.x >', then: null }] } },
    ];
    expect(found({ steps })).toEqual([
      'error expression steps[0].if',
      'error expression steps[0].config.output.deep[0].b',
      'error expression steps[1].config.url',
      'error expression steps[1].config.headers.X',
      'error expression steps[2].config.cases[0].when',
    ]);
  });

  it('in the input of a schedule is a warning that says where it belongs', () => {
    const input = { x: '{{variables.z}}', days: [{ 'first day': 'from {{now()}}' }], plain: 'daily' };
    const trigger = { type: 'schedule', config: { interval: '1h', input } };
    const { problems } = validateWorkflow({ name: 'x', triggers: [trigger], variables: { z: 1 }, steps: [give('a')] });
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        code: 'expression_warning',
        path: 'triggers[0].config.input.x',
        hint: 'Write the expression in the step that uses the value. Steps read this field as {{input.x}}.',
      },
      {
        severity: 'warning',
        path: 'triggers[0].config.input.days[0]["first day"]',
        hint: expect.stringContaining('{{input.days[0]["first day"]}}'),
      },
    ]);
    expect(found({ trigger: { type: 'schedule', config: { cron: 'x', input } }, steps: [give('a')] })).toContain(
      'warning expression_warning trigger.config.input.x',
    );
  });

  it('in variables is a warning: nobody evaluates it', () => {
    expect(found({ variables: { a: ['{{input.b}}'] }, steps: [give('a')] })).toEqual([
      'warning expression_warning variables.a[0]',
    ]);
  });

  it('is not looked for in code, names and notes', () => {
    const code = { id: 'c', type: 'code', name: '{{', description: '{{x}}', config: { source: 'return {a: {{}}' } };
    expect(found({ description: '{{', steps: [code] })).toEqual([]);
  });
});
