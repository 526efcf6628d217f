import { EXECUTION_WAIT_MS } from './limits.js';
import { planWorkflow } from './plan-workflow.js';
import { RESPONSE_SCHEMA_FORMATS } from './response-schema.js';
import { validateWorkflow } from './validate-workflow.js';
import type { ValidationContext } from './validation-context.js';

const ask = (response_schema: unknown) => ({
  id: 'ask',
  type: 'ai_completion',
  config: { prompt: 'Well?', response_schema },
});
const pause = (config: object) => ({ id: 'pause', type: 'wait', config });
const run = (source: string) => ({ id: 'run', type: 'code', config: { source } });
const problemsOf = (step: object, context: ValidationContext = {}) =>
  validateWorkflow({ name: 'x', steps: [step] }, context).problems.map(({ severity, code, path, message, hint }) => ({
    place: `${severity} ${code} ${path.replace(/^steps\[0\]\.config\./, '')}`,
    message,
    hint,
  }));
const places = (step: object) => problemsOf(step).map(({ place }) => place);

describe('a response_schema', () => {
  it('that is a JSON Schema is taken', () => {
    expect(
      places(
        ask({
          type: ['object', 'null'],
          title: 'T',
          required: [],
          properties: { a: { enum: [1, 'x'] }, type: { type: 'string', minLength: 0 }, b: true },
          additionalProperties: { anyOf: [{ type: 'integer', minimum: -1.5 }, { const: null }] },
          examples: [],
        }),
      ),
    ).toEqual([]);
  });

  it.each([
    [{ type: 'objekt' }, 'type'],
    [{ type: [] }, 'type'],
    [{ type: ['string', 'string'] }, 'type'],
    [{ type: { string: true } }, 'type'],
    [{ properties: [] }, 'properties'],
    [{ properties: { a: { type: 'text' } } }, 'properties.a.type'],
    [{ items: { type: 1 } }, 'items.type'],
    [{ anyOf: [] }, 'anyOf'],
    [{ oneOf: [{}, { required: 'a' }] }, 'oneOf[1].required'],
    [{ required: ['a', 'a'] }, 'required'],
    [{ enum: 'a' }, 'enum'],
    [{ enum: [] }, 'enum'],
    [{ minLength: -1 }, 'minLength'],
    [{ maxItems: 1.5 }, 'maxItems'],
    [{ minimum: '1' }, 'minimum'],
    [{ multipleOf: 0 }, 'multipleOf'],
    [{ title: 1 }, 'title'],
    [{ examples: 1 }, 'examples'],
    [{ format: 1 }, 'format'],
    [{ items: { anyOf: [{ format: 'hostname' }] } }, 'items.anyOf[0].format'],
  ])('%j is refused with its place', (schema, path) => {
    expect(places(ask(schema))).toEqual([`error invalid_value response_schema.${path}`]);
  });

  it('gets what it should be', () => {
    expect(problemsOf(ask({ type: 'strin' }))).toEqual([
      {
        place: 'error invalid_value response_schema.type',
        message:
          'is no JSON Schema: "type" must be one of array, boolean, integer, null, number, object, string, or an array of different ones',
        hint: 'Did you mean "string"?',
      },
    ]);
  });

  it('has the formats that are checked and no others', () => {
    for (const format of RESPONSE_SCHEMA_FORMATS) expect(places(ask({ format }))).toEqual([]);
    const refused = {
      place: 'error invalid_value response_schema.format',
      message: `cannot be checked: "format" must be one of ${RESPONSE_SCHEMA_FORMATS.join(', ')}: others are not checked`,
    };
    expect(problemsOf(ask({ format: 'datetime' }))).toEqual([{ ...refused, hint: 'Did you mean "date-time"?' }]);
    const hint = 'Leave "format" out, and say in "description" what the text has to be.';
    expect(problemsOf(ask({ format: 'hostname' }))).toEqual([{ ...refused, hint }]);
  });

  it('of the input of a tool is checked too', () => {
    const tool = {
      name: 'find',
      description: 'Finds',
      input_schema: { type: 'object', properties: { a: { type: 'nr' } } },
    };
    const { problems } = validateWorkflow({ name: 'x', steps: [pause({ duration: 1 })], settings: { tool } });
    expect(problems).toMatchObject([{ code: 'invalid_value', path: 'settings.tool.input_schema.properties.a.type' }]);
  });
});

describe('a wait', () => {
  it.each([
    [{ duration: '30d' }],
    [{ duration: EXECUTION_WAIT_MS / 1_000 }],
    [{ duration: '{{input.x}}' }],
    [{ signal: 's', timeout: '30d' }],
  ])('of %j can be', (config) => {
    expect(places(pause(config))).toEqual([]);
  });

  it.each([
    [{ duration: '31d' }, 'duration'],
    [{ duration: EXECUTION_WAIT_MS / 1_000 + 1 }, 'duration'],
    [{ signal: 's', timeout: '721h' }, 'timeout'],
  ])('of %j is refused: no execution waits for so long', (config, field) => {
    expect(places(pause(config))).toEqual([`error invalid_value ${field}`]);
  });

  it('gets for how long it may be', () => {
    expect(problemsOf(pause({ duration: '2000d' }))).toMatchObject([
      {
        message: '"2000d" is longer than an execution can wait: 30 days after its start',
        hint: expect.stringContaining('Wait for less'),
      },
    ]);
  });
});

it('a step whose output is secret keeps no file', () => {
  const get = { id: 'get', type: 'http', config: { url: 'https://example.com', response: 'file' } };
  expect(problemsOf({ ...get, secrets_in_output: true })).toMatchObject([
    { place: 'error invalid_value steps[0].secrets_in_output', message: expect.stringContaining('keep no file') },
  ]);
  expect(problemsOf({ ...get, secrets_in_output: false })).toEqual([]);
});

describe('code', () => {
  const codeProblems = new Map([['return }', { message: 'Unexpected token', offset: 7, line: 1, column: 8 }]]);

  it('that does not parse is refused with its place', () => {
    const { problems } = validateWorkflow({ name: 'x', steps: [run('return }')] }, { codeProblems });
    expect(problems).toEqual([
      {
        severity: 'error',
        code: 'code_syntax',
        path: 'steps[0].config.source',
        message: 'the code does not parse: Unexpected token (line 1, column 8)',
        hint: expect.stringContaining('body of a JavaScript function'),
        span: [7, 8],
        excerpt: 'return }',
      },
    ]);
    expect(problemsOf(run('return 1'), { codeProblems })).toEqual([]);
    expect(problemsOf(run('return }'))).toEqual([]);
  });

  it('of a text is found in its line', () => {
    const source =
      'name: x\nsteps:\n  - id: run\n    type: code\n    config:\n      source: |\n        const a = 1;\n        return };\n';
    const found = new Map([
      ['const a = 1;\nreturn };\n', { message: 'Unexpected token', offset: 20, line: 2, column: 8 }],
    ]);
    expect(validateWorkflow(source, { codeProblems: found }).problems).toMatchObject([
      { code: 'code_syntax', line: 8, column: 16 },
    ]);
  });
});

it.each([[ask({ type: 'objekt' })], [pause({ duration: '31d' })]])(
  'a version with %j that was saved before is still run',
  (step) => {
    expect(planWorkflow({ name: 'x', steps: [step] }).root.steps).toHaveLength(1);
  },
);
