/** Tests that only the copy can have in which parts were made: the compiler knows the made types there. */

/** The step types `pick_one` and `send_sms`; a file of `apps/history/src/restarts`. */
export const REPLAY_OF_MADE = `
import { planWorkflow } from '@millrace/schema';
import { planReplay } from './replay-planner.js';
import { SourceReading } from './source-reading.js';

it('repeats of the made steps the one that calls a service', () => {
  const at = '2026-11-25T09:00:00.000Z';
  const source = new SourceReading();
  source.add({
    events: ['pick_one', 'send_sms'].map((type) => ({ type: 'step_completed', at, path: type, step_type: type, attempt: 1, started_at: at, output: 1 })),
  });
  const { plan } = planReplay(source, { executionId: 'exec_1', workflowId: 'wf_1', version: 1, plan: planWorkflow({ name: 'x', steps: [] }), fromStep: undefined });
  expect(plan.repeats.map(({ type }) => type)).toEqual(['send_sms']);
});
`;

/** The same two; a file of `packages/schema/src`. */
export const CANARY_OF_MADE = `
import { everyStep, typesIn } from '../../../e2e/src/support/canary-steps.js';

it('puts the secret into a step of each made type', () => {
  const all = everyStep({ url: 'http://127.0.0.1:1', visible: 'visible', subWorkflow: 'wf_1' });
  for (const type of ['pick_one', 'send_sms']) {
    const made = all.filter((step) => typesIn([step]).includes(type));
    expect([type, JSON.stringify(made)]).toEqual([type, expect.stringContaining('{{secrets.canary}}')]);
  }
});
`;

/** What goes into the lists of steps that tests have: file by file the line that it goes before, and what goes there. */
export const LISTED_OF_MADE: readonly (readonly [file: string, before: string, lines: string])[] = [
  [
    'apps/executor/test/without-effects.int.test.ts',
    '  stop: () => ({ config: {} }),\n',
    `  pick_one: () => ({ config: { value: '{{input.name}}' } }),
  send_sms: () => ({ config: { url: \`\${web.url}/{{input.name}}\`, value: 1 } }),
`,
  ],
  [
    'apps/executor/test/without-effects.int.test.ts',
    "  approval: [['smtp'], ['it']],\n",
    "  send_sms: [['/Ada'], ['it']],\n",
  ],
  [
    'e2e/src/support/canary-steps.ts',
    "  transform('fails', '{{secrets.canary - 1}}', { on_error: 'continue' }),\n",
    `  { id: 'picks', type: 'pick_one', config: { value: '{{secrets.canary}}' } },
  { id: 'texts', type: 'send_sms', config: { url, value: '{{secrets.canary}}' } },
`,
  ],
];

/** The trigger type `message`; a file of `apps/definitions/test`. */
export const MADE_TRIGGER_SAVED = `
import { CreateWorkflow, ListTriggers } from '@millrace/contracts';
import { aWorkflow } from '@millrace/testing';
import { startReplicaWithKeys } from './master-keys.fixture.js';

const organisation_id = 'org_made';
const running = startReplicaWithKeys();
const create = (config: object) =>
  running.fixture.client.request(CreateWorkflow, {
    organisation_id,
    document: aWorkflow({ trigger: { type: 'message', config } }),
  });

it('saves the made trigger, warns of it, and lists nothing that listens', async () => {
  const saved = await create({ filter: 'Order' });
  expect((saved.warnings ?? []).map(({ code, path }) => [code, path])).toEqual([['trigger_type_unavailable', 'trigger.type']]);
  expect((await running.fixture.client.request(ListTriggers, { organisation_id, limit: 10 })).triggers).toEqual([]);
});

it('refuses the made trigger with a field that it does not have', async () => {
  await expect(create({ filtre: 'Order' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
`;
