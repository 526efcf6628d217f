import { AppError, LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { redactionBy, TextMask } from '@millrace/service-kit/redaction';
import { systemClock } from '../clock.js';
import { stepHandlers } from '../steps/registry.js';
import { WorkflowProgram } from '../steps/step-program.js';
import type { ChildExecutions } from './child-executions.js';
import { ExecutionRun } from './execution-run.js';
import { MemoryLedger } from './memory-ledger.js';

const AT = new Date().toISOString();
const SECRET = 'a-secret-of-some-length';
const mask = new TextMask();
mask.add(SECRET);

/** Runs one step that starts an execution and does not wait for it; returns what was recorded, and the inputs it was started with. */
async function run(input: unknown, children: Partial<ChildExecutions> = {}) {
  const inputs: unknown[] = [];
  const recorded: ExecutionEvent[] = [];
  const step = {
    id: 'call',
    type: 'sub_workflow',
    config: { workflow_id: 'wf_1', ...(input === undefined ? {} : { input }), wait: false },
  };
  const plan = planWorkflow({ name: 'x', trigger: { type: 'webhook', config: {} }, steps: [step] });
  const execution = new ExecutionRun({
    organisationId: 'org_1',
    executionId: 'exec_1',
    startedAt: AT,
    seed: 'seed',
    program: new WorkflowProgram(plan, 'Test', stepHandlers({})),
    redact: redactionBy([mask]),
    sealing: null,
    scope: {
      input: { large: 'x'.repeat(LIMITS.apiBodyBytes) },
      variables: {},
      secrets: { key: SECRET },
      env: {},
      execution: {},
      workflow: {},
      trigger: {},
    },
    append: (events) => Promise.resolve(void recorded.push(...events)),
    children: {
      admit: () => Promise.resolve(3),
      toolOf: () => Promise.resolve(null),
      start: (_child, _place, given) => Promise.resolve(void inputs.push(given)),
      endOf: () => Promise.resolve(null),
      cancel: () => Promise.resolve(),
      ...children,
    },
    clock: systemClock,
    random: Math.random,
    memory: new MemoryLedger(Infinity),
    metrics: { stepEnded: () => undefined, stepRetried: () => undefined },
    onDefect: () => undefined,
  });
  const of = { workflow_id: 'w', version: 1, accepted_at: AT, trigger: { type: 'api' } } as const;
  const end = execution.start({ type: 'started', at: AT, ...of });
  return { end: await end, inputs, recorded };
}

it('a secret does not leave the execution by the input of another one', async () => {
  const { end, inputs, recorded } = await run({ key: '{{secrets.key}}', text: 'Bearer {{secrets.key}}' });
  expect(end.type).toBe('completed');
  expect(inputs).toEqual([{ key: '••••', text: 'Bearer ••••' }]);
  expect(JSON.stringify(recorded)).not.toContain(SECRET);
});

it('the execution is recorded, with its version, before it is started', async () => {
  const order: string[] = [];
  const { recorded } = await run(1, { start: () => Promise.resolve(void order.push('started')) });
  const waiting = recorded.find((event) => event.type === 'step_waiting');
  expect(waiting).toMatchObject({ child: { workflow_id: 'wf_1', version: 3, awaited: false } });
  expect(order).toEqual(['started']);
});

it('an input that the API would not take fails the step, and starts nothing', async () => {
  // Its own, which is a little too large.
  const { end, inputs } = await run(undefined);
  expect(end).toMatchObject({ type: 'failed', error: { code: 'PAYLOAD_TOO_LARGE' } });
  expect(inputs).toEqual([]);
});

it('a platform that is away costs the step no attempt: the run is interrupted', async () => {
  const away = () => Promise.reject(new AppError('SERVICE_UNAVAILABLE'));
  await expect(run(1, { admit: away })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await expect(run(1, { start: away })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});
