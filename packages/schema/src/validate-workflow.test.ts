import fc from 'fast-check';
import { validateWorkflow } from './validate-workflow.js';
import { isReservedStepId } from './identifiers.js';

const pass = (id: string, more: object = {}) => ({ id, type: 'transform', config: { output: 1 }, ...more });
const condition = (id: string, true_branch: unknown, false_branch: unknown = null) => ({
  id,
  type: 'condition',
  config: { condition: 'input.a == 1', true_branch, false_branch },
});

function found(document: object, context?: Parameters<typeof validateWorkflow>[1]): string[] {
  return validateWorkflow({ name: 'x', ...document }, context).problems.map(
    (one) => `${one.severity} ${one.code} ${one.path}`,
  );
}

describe('ids', () => {
  it.each(['input', 'item', 'secrets', 'true', 'not', 'constructor', '__proto__', 'toString', 'new', 'error'])(
    'cannot be %s',
    (id) => {
      expect(isReservedStepId(id)).toBe(true);
      expect(found({ steps: [pass(id)] })).toEqual(['error reserved_id steps[0].id']);
    },
  );

  it.each(['a b', '1a', 'a.b', 'a[0]', 'ä', '-a', 'a'.repeat(65)])('cannot be %p', (id) => {
    expect(found({ steps: [pass(id)] })).toEqual(['error illegal_id steps[0].id']);
  });

  it('are unique in the whole document', () => {
    const loop = { id: 'l', type: 'loop', config: { items: [1], steps: [pass('a')] } };
    expect(found({ steps: [pass('a'), loop, pass('l')] })).toEqual([
      'error duplicate_id steps[1].config.steps[0].id',
      'error duplicate_id steps[2].id',
    ]);
  });
});

describe('targets', () => {
  it('lead forward only', () => {
    expect(
      found({
        steps: [pass('a'), pass('b', { next: 'a' }), condition('c', 'c', 'b'), pass('d', { on_error: { goto: 'a' } })],
      }),
    ).toEqual([
      'error backward_target steps[1].next',
      'error backward_target steps[2].config.true_branch',
      'error backward_target steps[2].config.false_branch',
      'error backward_target steps[3].on_error.goto',
    ]);
  });

  it('stay in their list', () => {
    const loop = { id: 'l', type: 'loop', config: { items: [1], steps: [pass('inner', { next: 'out' })] } };
    expect(found({ steps: [pass('a', { next: 'inner' }), loop, pass('out')] })).toEqual([
      'error foreign_target steps[0].next',
      'error foreign_target steps[1].config.steps[0].next',
    ]);
  });

  it('of a branch are in the order of the list, each once', () => {
    expect(found({ steps: [condition('c', ['b', 'a']), pass('a'), pass('b')] })).toEqual([
      'error branch_order steps[0].config.true_branch[1]',
    ]);
    expect(found({ steps: [condition('c', ['a', 'a']), pass('a')] })).toEqual([
      'error branch_order steps[0].config.true_branch[1]',
    ]);
  });

  it('of an inner branch are before the rest of the outer one', () => {
    const inner = condition('inner', 'late');
    expect(found({ steps: [condition('c', ['inner', 'rest']), inner, pass('rest'), pass('late')] })).toEqual([
      'error branch_order steps[0].config.true_branch[1]',
    ]);
    expect(found({ steps: [condition('c', ['inner', 'rest']), inner, pass('late'), pass('rest')] })).toEqual([]);
  });

  it('are the only way on from a step with branches', () => {
    expect(found({ steps: [{ ...condition('c', 'a'), next: 'b' }, pass('a'), pass('b')] })).toEqual([
      'error next_on_branching steps[0].next',
    ]);
    expect(found({ steps: [{ ...condition('c', null), next: 'b' }, pass('b')] })).toEqual([]);
  });

  it('that leave a step without a way to it give a warning', () => {
    expect(
      found({ steps: [pass('a', { next: 'c' }), pass('b'), pass('c'), { id: 's', type: 'stop' }, pass('d')] }),
    ).toEqual(['warning unreachable_step steps[1]', 'warning unreachable_step steps[4]']);
  });
});

describe('limits', () => {
  const nested = (depth: number): object =>
    depth === 0
      ? pass('innermost')
      : { id: `l${depth}`, type: 'loop', config: { items: [1], steps: [nested(depth - 1)] } };

  it('bound the nesting of loops', () => {
    expect(found({ steps: [nested(5)] })).toEqual([]);
    expect(found({ steps: [nested(6)] })).toMatchObject([
      expect.stringMatching(/^error nesting_limit steps\[0\](\.config\.steps\[0\]){5}\.config\.steps$/),
    ]);
  });

  it('bound the number of steps, nested ones included', () => {
    const inner = Array.from({ length: 6 }, (_, index) => pass(`i${index}`));
    const steps = [pass('a'), { id: 'l', type: 'loop', config: { items: [1], steps: inner } }];
    expect(found({ steps }, { limits: { steps: 8 } })).toEqual([]);
    expect(found({ steps }, { limits: { steps: 7 } })).toEqual(['error step_limit steps']);
  });

  it('bound the size and depth of the document', () => {
    expect(found({ steps: [], variables: { a: 'x'.repeat(1_100_000) } })).toEqual(['error too_large ']);
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    expect(found({ steps: [], variables: { deep } })).toHaveLength(1);
    expect(found({ steps: [], variables: { deep } })[0]).toMatch(/^error too_deep variables\.deep/);
  });

  it('bound the list of problems', () => {
    const steps = Array.from({ length: 900 }, () => ({ id: 'same', type: 'nothing' }));
    const { problems } = validateWorkflow({ name: 'x', steps });
    expect(problems).toHaveLength(501);
    expect(problems.at(-1)).toMatchObject({ code: 'too_many_problems', severity: 'error' });
  });

  it('let a document of the largest size through', () => {
    const steps = Array.from({ length: 1_000 }, (_, index) =>
      index % 2 === 0 ? condition(`s${index}`, `s${index + 1}`) : pass(`s${index}`),
    );
    expect(validateWorkflow({ name: 'x', steps }).ok).toBe(true);
  });
});

describe('the installation', () => {
  it('is consulted about step types and workflows when the context names them', () => {
    const steps = [{ id: 'a', type: 'sub_workflow', config: { workflow_id: 'wf_9' } }];
    const settings = { on_failure_workflow: 'wf_1' };
    expect(found({ steps, settings }, { workflows: ['wf_1'], stepTypes: ['http'] })).toEqual([
      'warning step_type_unavailable steps[0].type',
      'warning unknown_workflow steps[0].config.workflow_id',
    ]);
    expect(found({ steps, settings })).toEqual([]);
  });
});

describe('fields in the wrong place', () => {
  it.each([
    [
      { id: 'a', type: 'http', url: 'https://a.example', config: { url: 'https://a.example' } },
      '"url" belongs into the step\'s "config".',
    ],
    [
      { id: 'a', type: 'http', config: { url: 'https://a.example', retry: {} } },
      '"retry" belongs to the step itself, beside "config".',
    ],
    [{ id: 'a', type: 'delay', config: {} }, 'Did you mean "wait"?'],
    [
      { id: 'a', type: 'condition', config: { condition: 'true == input.a', trueBranch: null } },
      'Did you mean "true_branch"?',
    ],
  ])('get a hint that says where they belong', (step, hint) => {
    expect(validateWorkflow({ name: 'x', steps: [step] }).problems).toMatchObject([{ severity: 'error', hint }]);
  });

  it('and text without {{ }} where a value is wanted gets one too', () => {
    const loop = { id: 'l', type: 'loop', config: { items: 'input.items', steps: [pass('a')] } };
    expect(validateWorkflow({ name: 'x', steps: [loop] }).problems).toMatchObject([
      {
        code: 'wrong_type',
        path: 'steps[0].config.items',
        hint: 'Write "{{input.items}}" for the value of that expression.',
      },
    ]);
  });
});

describe('addresses', () => {
  it.each([
    'https://a.example',
    'http://127.0.0.1:8080/x?y={{input.y}}',
    '{{variables.base}}/x',
    'https://{{input.host}}/x',
    '{{input.scheme}}://a',
  ])('may be %p', (url) => {
    expect(found({ variables: { base: '' }, steps: [{ id: 'a', type: 'http', config: { url } }] })).toEqual([]);
  });
  it.each(['a.example/x', 'ftp://a.example', '/orders', 'file:///etc/passwd', 'javascript:{{input.x}}', 'https://'])(
    'cannot be %p',
    (url) => {
      expect(found({ steps: [{ id: 'a', type: 'http', config: { url } }] })).toEqual([
        'error invalid_value steps[0].config.url',
      ]);
    },
  );
});

describe('validateWorkflow', () => {
  it('never throws, whatever it is given', () => {
    const field = fc.constantFrom(
      'name',
      'steps',
      'trigger',
      'triggers',
      'variables',
      'settings',
      'output',
      'id',
      'type',
      'config',
      'next',
      'if',
      'on_error',
      'retry',
      'branches',
      'cases',
      'items',
      'true_branch',
    );
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom<unknown>(
          'transform',
          'condition',
          'loop',
          'parallel',
          'switch',
          'http',
          'a',
          'b',
          '{{a.output}}',
          '{{',
          null,
          1,
          true,
        ),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(field, tie('json'), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(json, fc.anything(), (document, anything) => {
        validateWorkflow(document);
        validateWorkflow({ name: 'x', steps: [document], output: document });
        validateWorkflow(anything);
        validateWorkflow(JSON.stringify(document) ?? '');
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not change the document', () => {
    const document = {
      name: 'x',
      id: 'wf_1',
      steps: [{ id: 'a', type: 'http', config: { url: 'https://a.example' } }],
    };
    const copy = structuredClone(document);
    validateWorkflow(document);
    expect(document).toEqual(copy);
  });

  it('reports all kinds of problems at once', () => {
    const document = {
      nam: 'x',
      trigger: { type: 'schedule', config: { cron: '99 * * * *', timezone: 'Berlin' } },
      settings: { timeout: 'soon' },
      steps: [pass('a', { next: 'z' }), { id: 'b', type: 'htp' }, pass('c', { if: 'input.' }), pass('c')],
    };
    const codes = validateWorkflow(document).problems.map((one) => one.code);
    expect(codes.sort()).toEqual([
      'duplicate_id',
      'expression',
      'invalid_cron',
      'invalid_value',
      'required',
      'unknown_field',
      'unknown_step_type',
      'unknown_target',
      'unknown_timezone',
    ]);
  });
});

describe('what an installation lacks', () => {
  const document = {
    name: 'x',
    triggers: [{ type: 'webhook' }, { type: 'schedule', config: { cron: '@daily' } }],
    settings: { timeout: '5m', retention_days: 3 },
    steps: [
      { id: 'a', type: 'transform', secrets_in_output: true, config: { output: 1 } },
      { id: 'b', type: 'transform', secrets_in_output: false, config: { output: 1 } },
    ],
  };

  it('is warned of, and the workflow can be saved', () => {
    const result = validateWorkflow(document, {
      triggerTypes: ['webhook'],
      settings: ['timeout'],
      ignoredStepFields: ['secrets_in_output'],
    });
    expect(result.ok).toBe(true);
    expect(result.problems.map(({ code, path, severity }) => ({ code, path, severity }))).toEqual([
      { code: 'step_field_not_in_effect', path: 'steps[0].secrets_in_output', severity: 'warning' },
      { code: 'trigger_type_unavailable', path: 'triggers[1].type', severity: 'warning' },
      { code: 'setting_not_in_effect', path: 'settings.retention_days', severity: 'warning' },
    ]);
  });

  it('is not checked when it is not given', () => {
    expect(validateWorkflow(document).problems).toEqual([]);
  });
});

test('a problem in one field of a config does not hide the expressions of the others', () => {
  const config = { method: 'GRAB', url: 'http://a.example/{{input.', headers: { 'X-A': '{{nowhere.output}}' } };
  const { problems } = validateWorkflow({ name: 'x', steps: [{ id: 'call', type: 'http', config }] });
  expect(problems.map(({ path, code }) => `${path} ${code}`).sort()).toEqual([
    'steps[0].config.headers["X-A"] unknown_name',
    'steps[0].config.method invalid_value',
    'steps[0].config.url expression',
  ]);
});

it('allows input and trigger in the dedupe_key of a trigger, and nothing else', () => {
  const places = ['input.id', 'trigger.query.id', 'secrets.key', 'variables.key', 'a.output'].map((expression) => {
    const trigger = { type: 'webhook', config: { dedupe_key: `{{${expression}}}` } };
    const steps = [{ id: 'a', type: 'transform', config: { output: 1 } }];
    return validateWorkflow({ name: 'x', trigger, steps }).problems.map(({ path }) => path);
  });
  const refused = ['trigger.config.dedupe_key'];
  expect(places).toEqual([[], [], refused, refused, refused]);
});

it('allows only secrets in the configuration of a trigger', () => {
  const headers = { a: '{{secrets.key}}', b: '{{variables.key}}', c: '{{env.KEY}}' };
  const { problems } = validateWorkflow({
    name: 'x',
    variables: { key: 'k' },
    trigger: { type: 'webhook', config: { headers } },
    steps: [{ id: 'a', type: 'transform', config: { output: 1 } }],
  });
  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ['unknown_name', 'trigger.config.headers.b'],
    ['unknown_name', 'trigger.config.headers.c'],
  ]);
});

it('takes a switch or kinds of automatic messages in an e-mail trigger, and no others', () => {
  const problemsOf = (accept_automatic: unknown) => {
    const trigger = { type: 'email', config: { address: 'a@example.com', accept_automatic } };
    const steps = [{ id: 'a', type: 'transform', config: { output: 1 } }];
    return validateWorkflow({ name: 'x', trigger, steps }).problems.map(({ path }) => path);
  };
  expect([true, false, [], ['list'], ['bounce', 'list']].flatMap(problemsOf)).toEqual([]);
  for (const refused of ['list', ['loop'], ['list', true], null])
    expect(problemsOf(refused)).toEqual([expect.stringMatching(/^trigger\.config\.accept_automatic/)]);
});
