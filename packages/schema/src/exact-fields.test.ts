import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { parseDuration } from './duration.js';
import { planWorkflow } from './plan-workflow.js';
import { validateWorkflow } from './validate-workflow.js';

const EXACT = '9007199254740993';

const problemsOf = (steps: string) =>
  validateWorkflow(parseJson(`{"name":"x","steps":[${steps}]}`)).problems.map(
    ({ severity, code, path, message }) => `${severity} ${code} ${path}: ${message}`,
  );
const ask = (temperature: string) =>
  `{"id":"a","type":"ai_completion","config":{"model":"m","prompt":"p","temperature":${temperature}}}`;

test('a constant in a step is a number with all its digits', () => {
  const config = `{"output":{"id":${EXACT},"list":[0.1234567890123456789,1e400]}}`;
  const document = `{"name":"x","trigger":{"type":"webhook","config":{}},"steps":[{"id":"a","type":"transform","config":${config}}]}`;
  expect(problemsOf(`{"id":"a","type":"transform","config":${config}}`)).toEqual([]);
  const plan = planWorkflow(parseJson(document));
  expect(stringifyJson(plan.root.steps[0]?.config)).toBe(config);
});

test('a setting with more digits than a double has is the nearest double', () => {
  expect(problemsOf(ask('0.33333333333333333'))).toEqual([]);
  const plan = planWorkflow(
    parseJson(`{"name":"x","trigger":{"type":"webhook","config":{}},"steps":[${ask('0.33333333333333333')}]}`),
  );
  expect(plan.root.steps[0]?.config).toMatchObject({ temperature: 0.3333333333333333 });
});

test.each(['1e400', '-1e400', EXACT, '1e300'])(
  'a setting of %s is out of its bounds, as any other number',
  (number) => {
    expect(problemsOf(ask(number))).toEqual([
      expect.stringMatching(/^error invalid_value steps\[0\].config.temperature: must be at (?:most|least) \d/),
    ]);
  },
);

test('what must be no number is named with its digits', () => {
  expect(problemsOf(`{"id":${EXACT},"type":"transform","config":{"output":1}}`)).toEqual([
    expect.stringContaining(`the number ${EXACT}`),
  ]);
  expect(problemsOf(`{"id":"a","type":"transform","config":${EXACT}}`)).toEqual([
    expect.stringContaining(`the number ${EXACT}`),
  ]);
});

test('its length counts like that of a text', () => {
  expect(problemsOf(`{"id":"a","type":"transform","config":{"output":${'9'.repeat(2_000_000)}}}`)).toEqual([
    expect.stringMatching(/^error too_large/),
  ]);
});

test('a duration may have as many digits as a database sends', () => {
  expect(parseDuration(parseJson('1.33333333333333333'))).toBe(1333);
  expect(parseDuration(parseJson('1e400'))).toBeNull();
});
