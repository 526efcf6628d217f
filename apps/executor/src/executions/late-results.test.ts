import type { ExecutionEvent } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { systemClock } from '../clock.js';
import type { EffectHandler } from '../steps/step-handler.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { ExecutionRun } from './execution-run.js';
import { MemoryLedger } from './memory-ledger.js';

/** Ends the first call, which has not heeded its signal. */
let endFirst: (output: string) => void;
let calls = 0;
const retried: string[] = [];

/** The first call ends only once the second one is under way, and before that one does. */
const http: EffectHandler<'http'> = {
  kind: 'effect',
  compile: () => () => async () => {
    if (++calls === 1) return new Promise((resolve) => (endFirst = resolve));
    endFirst('late');
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    return 'second';
  },
};

async function eventsOf(steps: object[]): Promise<ExecutionEvent[]> {
  const workflow = planWorkflow({ name: 'x', trigger: { type: 'webhook', config: {} }, steps });
  const recorded: ExecutionEvent[] = [];
  const at = new Date().toISOString();
  const execution = new ExecutionRun({
    organisationId: 'org_1',
    executionId: 'exec_1',
    startedAt: at,
    seed: 'seed',
    program: new WorkflowProgram(workflow, 'Test', { http }),
    redact: null,
    sealing: null,
    scope: { input: {}, variables: {}, secrets: {}, env: {}, execution: {}, workflow: {}, trigger: {} },
    append: async (events) => void recorded.push(...events),
    clock: systemClock,
    random: Math.random,
    memory: new MemoryLedger(Infinity),
    metrics: { stepEnded: () => undefined, stepRetried: (type) => void retried.push(type) },
    onDefect: () => undefined,
  });
  await execution.start({
    type: 'started',
    at,
    workflow_id: 'w',
    version: 1,
    accepted_at: at,
    trigger: { type: 'api' },
  });
  return recorded;
}

it('a result that comes after the time of its attempt is not that of the next one', async () => {
  const retry = { max_attempts: 2, initial_delay: '1ms', retry_if: 'true' };
  const recorded = await eventsOf([
    { id: 'call', type: 'http', config: { url: 'http://slow/' }, timeout: '500ms', retry },
  ]);
  expect(recorded.filter(({ type }) => type === 'step_failed')).toMatchObject([
    { attempt: 1, error: { code: 'STEP_TIMEOUT' } },
  ]);
  expect(recorded.filter(({ type }) => type === 'step_completed')).toMatchObject([{ output: 'second' }]);
  expect(recorded.at(-1)).toMatchObject({ type: 'completed', output: 'second' });
  expect(calls).toBe(2);
  expect(retried).toEqual(['http']);
});
