import { renderFrame } from './frame.js';
import { ExpressionError } from './errors.js';
import { compileExpression } from './expression.js';
import { compileTemplate } from './template.js';

const context = {
  input: { first_name: 'Ada', address: { street: 'x' } },
  secrets: { api_key: 'sk-very-secret', number: '0.5' },
  steps: { fetch_user: { output: { user: { email: 'a@b.c' } } } },
};

function thrownBy(work: () => unknown): ExpressionError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return thrown;
    throw thrown;
  }
  throw new Error('no error');
}

test('the frame shows message, line and place', () => {
  const error = thrownBy(() => compileTemplate('Hello {{ input.addres.city }}!').evaluate(context));
  expect(error.frame()).toBe(
    [
      "cannot read 'city' of input.addres: it is missing",
      '  Hello {{ input.addres.city }}!',
      '                        ^^^^',
      "hint: did you mean 'address'?",
    ].join('\n'),
  );
  expect(error.path).toBe('input.addres');
});

test('line and column are those of a text of several lines', () => {
  const error = thrownBy(() => compileTemplate('one\ntwo {{input.nope}}\nthree').evaluate(context));
  expect([error.line, error.column]).toEqual([2, 7]);
  expect(error.frame()).toContain('\n  two {{input.nope}}\n        ^^^^^^^^^^\n');
});

test('a long line is cut around the place, and control characters take one column', () => {
  const error = thrownBy(() =>
    compileTemplate(`${'é\t'.repeat(100)}{{input.nope}}${'x'.repeat(100)}`).evaluate(context),
  );
  const [, line = '', carets = ''] = error.frame().split('\n');
  expect(line.length).toBeLessThan(110);
  expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('input.nope');
});

test('a value of the environment that is missing names the setting that it comes from', () => {
  expect(thrownBy(() => compileTemplate('in {{env.REGION}}').evaluate({ env: {} }))).toMatchObject({
    code: 'E_MISSING',
    hint: "the operator of the installation sets it as MILLRACE_ENV_REGION; use 'env.REGION ?? …' if it may be missing",
  });
});

test.each([
  ['input.frist_name', "did you mean 'first_name'?"],
  ['fetch_usr.output', "did you mean 'fetch_user'?"],
  ['fetch_user.output.user.emial', "did you mean 'email'?"],
  ['inputs.first_name', "did you mean 'input'?"],
  ['secrets.api_kye', "did you mean 'api_key'?"],
])('%s: %s', (text, hint) => {
  expect(thrownBy(() => compileExpression(text).evaluate(context)).hint).toBe(hint);
});

test.each([
  ['input.first_name.toUppercase()', "did you mean 'toUpperCase'?"],
  ['formatdate(1)', "did you mean 'formatDate'?"],
])('%s: %s', (text, hint) => {
  expect(thrownBy(() => compileExpression(text)).hint).toBe(hint);
});

test.each([
  'secrets.api_key.foo',
  'secrets.api_key + {}',
  'secrets.api_key - 1',
  'number(secrets.api_key)',
  'bool(secrets.api_key)',
  'date(secrets.api_key)',
  'parseJson(secrets.api_key)',
  'hash("a", secrets.api_key)',
  'formatDate(0, secrets.api_key)',
  'today(secrets.api_key)',
  'sortBy([1], x => x, secrets.api_key)',
  'input[secrets.api_key]',
  'input.address[secrets.api_key].x',
  '[1].map(x => secrets.api_key - x)',
  'base64Decode(secrets.api_key)',
  'urlDecode("%" + secrets.api_key)',
  'addTime(0, 1, secrets.api_key)',
  'input.first_name[secrets.api_key]',
  'input[secrets.api_key] + 1',
  'input.address.street[secrets.api_key]',
  '[{k: secrets.api_key}].groupBy(x => x)',
  'format(1, secrets.api_key + "!")',
])('no message carries the value of a secret: %s', (text) => {
  const error = thrownBy(() => compileExpression(text).evaluate(context, { now: 0 }));
  expect(`${error.message} ${String(error.hint)} ${error.frame()} ${JSON.stringify(error)}`).not.toContain('very');
});

test('the JSON form has everything but the source', () => {
  const error = thrownBy(() => compileExpression('input.nope').evaluate(context, { field: 'url', stepId: 'fetch' }));
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'E_MISSING',
    message: 'input.nope is missing',
    span: [0, 10],
    line: 1,
    column: 1,
    hint: "use 'input.nope ?? …' or default(…) if it may be missing",
    path: 'input.nope',
    field: 'url',
    step_id: 'fetch',
  });
});

test('an unexpected host error loses its text', () => {
  const options = {
    random: () => {
      throw new TypeError('secret of the host');
    },
  };
  const error = thrownBy(() => compileExpression('random()').evaluate({}, options));
  expect(error.code).toBe('E_INTERNAL');
  expect(error.message).not.toContain('secret');
});

test('the frame shows a place at the beginning of a text that begins with an empty line', () => {
  expect(renderFrame('m', '\na', [0, 1], undefined)).toBe('m\n  \n  ^');
});
