import { analyzeCondition, analyzeExpression, analyzeTemplate, type KnownNames } from './analyze.js';
import { compileExpression } from './expression.js';

const known: KnownNames = {
  steps: ['step1', 'step-2', 'fetch'],
  secrets: ['api_key'],
  variables: ['limit'],
  env: ['REGION'],
  shape: {
    roots: {
      input: {
        schema: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            count: { type: 'integer' },
            tags: { type: 'array', items: { type: 'string' } },
            user: { $ref: '#/$defs/user' },
          },
          $defs: { user: { type: 'object', properties: { email: { type: 'string' } } } },
        },
      },
    },
    steps: { step1: { sample: { score: '0.9', items: [{ price: 1 }] } } },
  },
};

const brief = (list: readonly { code: string; message: string }[]): string[] =>
  list.map(({ code, message }) => `${code} ${message}`);

describe('references', () => {
  test('root, path, soft and dynamic of each read', () => {
    const { references } = analyzeTemplate(
      'a {{ step1.output.items[0].price + steps["step-2"].output }} {{ input[input.key].x ?? secrets.api_key }}',
    );
    expect(
      references.map(({ kind, root, path, soft, dynamic }) => [kind, root, path.join('/'), soft, dynamic]),
    ).toEqual([
      ['step', 'step1', 'output/items/0/price', false, false],
      ['step', 'step-2', 'output', false, false],
      ['root', 'input', '', true, true],
      ['root', 'input', 'key', false, false],
      ['root', 'secrets', 'api_key', false, false],
    ]);
  });

  test.each([
    ['input.a ?? 1', true],
    ['1 ?? input.a', false],
    ['input.a?.b', true],
    ['exists(input.a)', true],
    ['input.a.exists()', true],
    ['input.a.default(1)', true],
    ['coalesce(input.a, 1)', true],
    ['default(1, input.a)', false],
    // Like `input.a ? 1 : 2`: deeper reads of what is missing fail.
    ['if(input.a, 1, 2)', false],
    ['input.a.trim()', false],
    ['input.a.trim() ?? 1', true],
    ['(input.a + 1) ?? 1', false],
  ])('%s is soft: %s', (text, soft) => {
    expect(analyzeExpression(text).references.map((reference) => reference.soft)).toEqual([soft]);
  });

  test('variables of lambdas are no references', () => {
    const { references } = analyzeExpression('input.items.map((item, i) => item.x + i + step1.output)');
    expect(references.map((reference) => reference.root)).toEqual(['input', 'step1']);
  });

  test('a broken expression does not hide the others of a template', () => {
    const analysis = analyzeTemplate('{{ input.a }} {{ input. }} {{ nope.x }}', known);
    expect(analysis.references.map((reference) => reference.root)).toEqual(['input', 'nope']);
    expect(brief(analysis.errors)).toEqual(['E_SYNTAX a name is missing after the dot', "E_ROOT unknown name 'nope'"]);
  });
});

describe('errors', () => {
  test.each<[string, string]>([
    ['stp1.output', "E_ROOT unknown name 'stp1'"],
    ['step.output', "E_ROOT unknown name 'step'"],
    ['item.x', "E_ROOT 'item' exists only inside a loop"],
    ['loop.first', "E_ROOT 'loop' exists only inside a loop"],
    ['secrets', "E_SECRET 'secrets' can only be read by a literal name"],
    ['secrets[input.name]', "E_SECRET 'secrets' can only be read by a literal name"],
    ['toJson(env)', "E_ENV 'env' can only be read by a literal name"],
    ['steps[input.name].output', "E_ROOT 'steps' can only be read by a literal name"],
    ['nope(1)', "E_FUNC there is no function 'nope'"],
    ['input.name.nope()', "E_METHOD there is no method 'nope'"],
    ['trim(1, 2)', 'E_ARGS trim() takes 1 arguments, got 2'],
    ['input.tags.map(x => nope.y)', "E_ROOT unknown name 'nope'"],
    ['1 - "a"', "E_TYPE '-' needs two numbers, got number and text"],
    ['[1] + 1', "E_TYPE '+' cannot join array and number"],
    ['trim(1)', "E_TYPE trim() needs text for 'text', got number"],
    ['"a".padStart("3")', "E_TYPE padStart() needs number for 'length', got text"],
    ['-"a"', "E_TYPE '-' needs a number, got text"],
    ['1 in 2', "E_TYPE 'in' needs an array, object or text, got number"],
    ['(1).foo', "E_TYPE cannot read 'foo' of a number"],
    ['[1, 2].length.foo', "E_TYPE cannot read 'foo' of a number"],
  ])('%s: %s', (text, error) => {
    const analysis = analyzeExpression(text, known);
    expect(brief(analysis.errors)).toEqual([error]);
    expect(analysis.ok).toBe(false);
  });

  test('a step id with a hyphen gets the hint how to write it', () => {
    const [error] = analyzeTemplate('{{step-2.output}}', known).errors;
    expect(error?.hint).toBe('a step id with \'-\' or a space is written steps["step-2"]');
  });

  test('without a list of steps no step is unknown, and in a loop item is known', () => {
    expect(analyzeTemplate('{{anything.output}} {{item.x}}', { inLoop: true }).ok).toBe(true);
  });

  test('each problem has place, line, column and frame', () => {
    const [error] = analyzeTemplate('a\n{{stp1.output}}', known).errors;
    expect(error).toMatchObject({ span: [4, 8], line: 2, column: 3, hint: "did you mean 'step1'?" });
    expect(error?.frame).toContain('  {{stp1.output}}\n    ^^^^');
  });
});

describe('warnings', () => {
  test.each<[string, string]>([
    ['secrets.nope', "E_SECRET secrets has no 'nope'"],
    ['variables.limt', "E_MISSING variables has no 'limt'"],
    ['env.NOPE', "E_ENV env has no 'NOPE'"],
    ['input.nme', "E_MISSING input is not known to have 'nme'"],
    ['input.user.mail', "E_MISSING input.user is not known to have 'mail'"],
    ['step1.output.scor', "E_MISSING step1.output is not known to have 'scor'"],
    ['step1.nope', "E_MISSING step1 is not known to have 'nope'"],
    ['step1.output.items.map(i => i.prize)', "E_MISSING i is not known to have 'prize'"],
    ['step1.output.score > 0.8', 'E_TYPE cannot compare text and number'],
    ['input.name == 1', 'E_TYPE text and number are never equal'],
    ['input.count.trim()', "E_TYPE trim() needs text for 'text', got number"],
    ['"a" == 1', 'E_TYPE text and number are never equal'],
  ])('%s: %s', (text, warning) => {
    const analysis = analyzeExpression(text, known);
    expect(brief(analysis.warnings)).toEqual([warning]);
    expect(analysis.ok).toBe(true);
  });

  test.each([
    'input.name == null',
    'input.tags[0].trim()',
    'input.user.email.length > 3',
    'fetch.output.anything',
    'step1.data.score',
  ])('%s is fine', (text) => {
    const { errors, warnings } = analyzeExpression(text, known);
    expect([...errors, ...warnings]).toEqual([]);
  });
});

describe('conditions', () => {
  test.each<[string, string[], string[]]>([
    ['{{input.count}} > 1', [], []],
    ['input.anything', [], ["E_MISSING input is not known to have 'anything'"]],
    [
      '"yes"',
      ['E_COND the condition gives text instead of true or false'],
      ['E_COND the condition is always the same'],
    ],
    ['input.name', [], ['E_COND the condition gives text instead of true or false']],
    ['1 == 1', [], ['E_COND the condition is always the same']],
    ['now() > "2025"', [], []],
    ['{{input.count}} = 1', ["E_SYNTAX '=' is not allowed here"], []],
    ['trim(input.name)', ['E_COND the condition gives text instead of true or false'], []],
  ])('%s', (text, errors, warnings) => {
    const analysis = analyzeCondition(text, known);
    expect(brief(analysis.errors)).toEqual(errors);
    expect(brief(analysis.warnings)).toEqual(warnings);
  });
});

test('result type, helpers and use of secrets are reported', () => {
  expect(analyzeTemplate('{{ input.tags.map(t => t.trim()) }}', known)).toMatchObject({
    type: 'array',
    helpers: ['map', 'trim'],
    usesSecrets: false,
  });
  expect(analyzeTemplate('x {{ secrets.api_key }}', known)).toMatchObject({
    type: 'text',
    usesSecrets: true,
    ok: true,
  });
  expect(analyzeExpression('input.count ?? "none"', known).type).toBe('number or text');
  expect(analyzeTemplate('plain').references).toEqual([]);
});

test('what evaluates is no error, however its values are mixed', () => {
  const context = { input: { x: null, n: { n: 'text' } } };
  const texts = [
    '[1, "ab"][1].length',
    '[1, {n: 2}][1].n',
    '[{n: 1}, {n: "ab"}][1].n.length',
    '[null, 3].filter(x => x != null).map(x => -x)',
    '[1].concat("ab")[1].length',
    '[true, "x"].map(x => type(x) == "text" ? x.toUpperCase() : "")',
    '(false ? {n: 1} : {n: "ab"}).n.length',
    '(input.n ?? {n: 1}).n.length',
  ];
  for (const text of texts) {
    expect([text, brief(analyzeExpression(text).errors)]).toEqual([text, []]);
    expect(() => compileExpression(text).evaluate(context)).not.toThrow();
  }
});

test('of very many problems in one text not all are listed', () => {
  expect(analyzeTemplate('{{ }}'.repeat(15_000)).errors).toHaveLength(100);
});
