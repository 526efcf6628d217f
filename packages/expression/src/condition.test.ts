import { ExpressionError } from './errors.js';
import { compileCondition } from './expression.js';

const context = {
  input: {
    u: "x' == 'x' || 'a",
    priority: 'high',
    score: 0.9,
    text: '0.9',
    flag: 'false',
    n: 0,
    list: [1],
    nothing: null,
    id: 7,
  },
  secrets: { api_key: 'high' },
  variables: { key: 'x-7' },
  steps: { ai_step: { output: { score: 0.9 } } },
};

function outcome(text: string, missing?: 'empty'): unknown {
  try {
    return compileCondition(text).evaluate(context, { missing });
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return thrown.code;
    throw thrown;
  }
}

test.each<[string, unknown]>([
  ["{{input.priority}} == 'high'", true],
  ["input.priority == 'high'", true],
  ["{{input.priority == 'high'}}", true],
  ['{{ai_step.output.score}} > 0.8', true],
  ["{{input.score}} > 0.8 && !({{input.priority}} in ['low'])", true],
  ["{{input.u}} == 'high'", false],
  ['"x-{{input.id}}" == variables.key', true],
  ["'{{input.priority}}' == 'high'", true],
  ['"{{input.u}}" == "x"', false],
  ['input.n == 0', true],
  ['bool(input.flag)', false],
  ['input.nope == null', true],
  ['{{input.text}} > 0.8', 'E_TYPE'],
  ['number({{input.text}}) > 0.8', true],
  ['input.priority', 'E_COND'],
  ['input.flag', 'E_COND'],
  ['input.n', 'E_COND'],
  ['input.list', 'E_COND'],
  ['input.nothing', 'E_COND'],
  ['input', 'E_COND'],
  ['input.nope', 'E_MISSING'],
  ['{{input.nope}} > 0.8', 'E_MISSING'],
  ['{{input.a}} {{input.b}}', 'E_SYNTAX'],
  ['{{input.priority}} = "high"', 'E_SYNTAX'],
])('%s gives %s', (text, expected) => {
  expect(outcome(text)).toBe(expected);
});

test.each<[string, unknown]>([
  ['input.nope', false],
  ['input.nothing', false],
  ['{{input.nope}} > 0.8', false],
  ['input.flag', 'E_COND'],
])('with missing: "empty" %s gives %s', (text, expected) => {
  expect(outcome(text, 'empty')).toBe(expected);
});

test('the error of a text that looks like a boolean names the cure', () => {
  try {
    compileCondition('input.flag').evaluate(context);
    throw new Error('no error');
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'E_COND', hint: expect.stringContaining('bool(') as string });
    expect((thrown as Error).message).not.toContain('false instead');
  }
});

test('a bare word is an unknown name, and the message says how to mean the text', () => {
  try {
    compileCondition('{{input.priority}} == high').evaluate(context);
    throw new Error('no error');
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'E_ROOT', hint: "if the text is meant, write 'high' in quotes" });
  }
});
