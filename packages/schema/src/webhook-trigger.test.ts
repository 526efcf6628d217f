import { validateWorkflow } from './validate-workflow.js';

const steps = [{ id: 'a', type: 'respond', config: { body: 1 } }];
const warningsOf = (config: object) =>
  validateWorkflow({ name: 'x', trigger: { type: 'webhook', config }, steps })
    .problems.filter(({ code }) => code !== 'unheard_response')
    .map(({ severity, code, path }) => [severity, code, path]);

it('a secret of a signature that is written out is warned of, and what to do about it is said', () => {
  const signature = { scheme: 'github', secret: 'plain-secret', previous_secret: 'a-former-one' };
  expect(warningsOf({ signature })).toEqual([
    ['warning', 'clear_text_secret', 'trigger.config.signature.secret'],
    ['warning', 'clear_text_secret', 'trigger.config.signature.previous_secret'],
  ]);
  const [problem] = validateWorkflow({
    name: 'x',
    trigger: { type: 'webhook', config: { signature } },
    steps,
  }).problems;
  expect(problem?.hint).toContain('"secret": "{{secrets.name}}"');
  expect(JSON.stringify(problem)).not.toContain('plain-secret');
  expect(warningsOf({ signature: { scheme: 'github', secret: '{{secrets.key}}' } })).toEqual([]);
});

it('a required header by whose name the value is a credential is warned of when that is written out', () => {
  const headers = {
    'X-API-Key': 'plain',
    'x-hook-token': 4711,
    'X-Topic': 'orders',
    Authorization: 'Bearer {{secrets.key}}',
  };
  expect(warningsOf({ headers })).toEqual([
    ['warning', 'clear_text_secret', 'trigger.config.headers["X-API-Key"]'],
    ['warning', 'clear_text_secret', 'trigger.config.headers["x-hook-token"]'],
  ]);
});

it('a header by a name that HTTP cannot carry is refused', () => {
  const headers = { 'X API Key': '1', 'X-Schlüssel': '1', '': '1', 'x-ok_1.a': '1' };
  expect(warningsOf({ headers }).filter(([severity]) => severity === 'error')).toEqual([
    ['error', 'invalid_value', 'trigger.config.headers["X API Key"]'],
    ['error', 'invalid_value', 'trigger.config.headers["X-Schlüssel"]'],
    ['error', 'invalid_value', 'trigger.config.headers[""]'],
  ]);
});

it('a time for which nobody waits is warned of', () => {
  const unused = ['warning', 'unused_field', 'trigger.config.respond_timeout'];
  expect(warningsOf({ respond_timeout: '10s' })).toEqual([unused]);
  expect(warningsOf({ respond: 'accepted', respond_timeout: '10s' })).toEqual([unused]);
  expect(warningsOf({ respond: 'wait', respond_timeout: '10s' })).toEqual([]);
});
