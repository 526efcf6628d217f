import { hasRespondingStep } from './check-responses.js';
import { validateWorkflow } from './validate-workflow.js';

const respond = { id: 'said', type: 'respond', config: { body: 'x' } };
const other = { id: 'other', type: 'transform', config: { output: 1 } };
const webhook = (config: object) => ({ type: 'webhook', config });
const inLoop = { id: 'each', type: 'loop', config: { items: [1], steps: [respond] } };

const problemsOf = (steps: object[], ...triggers: object[]) =>
  validateWorkflow({ name: 'x', triggers, steps }).problems.map(({ severity, code, path }) => [severity, code, path]);

it.each([
  ['a step responds', [respond]],
  ['one in a loop does', [inLoop]],
])('a webhook that does not wait is warned of where %s', (_, steps) => {
  expect(problemsOf(steps, webhook({}))).toEqual([['warning', 'unheard_response', 'triggers[0]']]);
  expect(validateWorkflow({ name: 'x', trigger: webhook({}), steps }).problems).toMatchObject([
    { path: 'trigger', message: expect.stringContaining('the step "said": they get a 202 at once') as string },
  ]);
});

it.each([
  ['both are there', [respond], [webhook({ respond: 'wait' })]],
  ['one of two webhooks waits', [respond], [webhook({}), webhook({ respond: 'wait' })]],
  ['there is no webhook', [respond], [{ type: 'schedule', config: { cron: '@daily' } }]],
  ['neither is there', [other], [webhook({})]],
  ['a webhook waits, and no step responds', [other], [webhook({ respond: 'wait' })]],
])('nothing is warned of where %s', (_, steps, triggers) => {
  expect(problemsOf(steps, ...triggers)).toEqual([]);
});

it('a trigger that has another problem is not warned of', () => {
  expect(problemsOf([respond], webhook({ respond: 'later' }))).toEqual([
    ['error', 'invalid_value', 'triggers[0].config.respond'],
  ]);
});

it('a document is known to have a step that responds wherever that is', () => {
  expect(hasRespondingStep({ name: 'x', trigger: webhook({}), steps: [other, inLoop] })).toBe(true);
  expect(hasRespondingStep({ name: 'x', trigger: webhook({}), steps: [other] })).toBe(false);
  expect(hasRespondingStep(null)).toBe(false);
});

it('headers that no response is sent with are warned of, in any case', () => {
  const headers = { 'Set-Cookie': 'a=b', 'X-Accel-Redirect': '/x', 'X-Mine': 'c', Location: '/d' };
  const step = { ...respond, config: { headers } };
  expect(problemsOf([step], webhook({ respond: 'wait' }))).toEqual([
    ['warning', 'unsent_header', 'steps[0].config.headers["Set-Cookie"]'],
    ['warning', 'unsent_header', 'steps[0].config.headers["X-Accel-Redirect"]'],
  ]);
});
