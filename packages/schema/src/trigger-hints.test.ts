import { validateWorkflow } from './validate-workflow.js';

const problemsOf = (part: object) =>
  validateWorkflow({ name: 'x', steps: [{ id: 'a', type: 'stop' }], ...part }).problems.map(
    ({ path, message, hint }) => ({
      path,
      message,
      hint,
    }),
  );
const IN_A_TRIGGER = 'It belongs into a trigger: "trigger": {"type": "schedule", "config": {"cron": …}}.';

test.each([
  ['beside the steps', { cron: '@daily' }, 'cron', IN_A_TRIGGER],
  [
    'by the name of a type',
    { schedule: '@daily' },
    'schedule',
    'It belongs into a trigger: "trigger": {"type": "schedule", "config": {…}}.',
  ],
  ['in a trigger without a type', { trigger: { cron: '@daily' } }, 'trigger.cron', IN_A_TRIGGER],
  [
    'beside the config of its trigger',
    { trigger: { type: 'schedule', cron: '@daily' } },
    'trigger.cron',
    '"cron" belongs into the trigger\'s "config".',
  ],
  [
    'as a type',
    { trigger: { type: 'cron', config: {} } },
    'trigger.type',
    'Write {"type": "schedule", "config": {"cron": …}}.',
  ],
])('of a cron expression %s it is said where it belongs', (_, part, path, hint) => {
  expect(problemsOf(part)).toContainEqual({ path, message: expect.any(String), hint });
});

test.each([
  ['schedule', 'Give exactly one of "cron" (e.g. "0 9 * * MON-FRI") and "interval" (e.g. "15m").'],
  ['email', 'A trigger of type "email" needs: address.'],
])('of a %s without a config it is said what it needs', (type, hint) => {
  expect(problemsOf({ trigger: { type } })).toEqual([
    { path: 'trigger.config', message: '"config" is required', hint },
  ]);
});

test('what no type has, or what may be anything, is no part of a trigger', () => {
  for (const name of ['other', 'nothing_like_it', 'input'])
    expect(problemsOf({ [name]: 1 })[0]?.hint).toMatch(/^Fields known here: name, /);
});

test('the name of a header is in words, where a signature is and where one is required', () => {
  const webhook = (config: object) => problemsOf({ trigger: { type: 'webhook', config } });
  const signature = { scheme: 'github', secret: '{{secrets.a}}', header: 'X Signature' };
  expect(webhook({ signature })).toMatchObject([
    { path: 'trigger.config.signature.header', message: expect.stringMatching(/^must be the name of a header, /) },
  ]);
  const long = 'X'.repeat(10_000);
  expect(webhook({ headers: { [long]: 'x' } })).toMatchObject([
    { message: expect.stringMatching(/^its name must have at most \d+ characters$/) },
  ]);
});
