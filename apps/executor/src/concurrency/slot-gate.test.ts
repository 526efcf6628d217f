import { LIMITS, type ExecutionEvent, type Failure, type RunRequest } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { MovedClock } from '../../test/support/moved-clock.js';
import { notBehind } from '../clock.js';
import { stepHandlers } from '../steps/registry.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { SlotGate, type Arrival, type SlotGateParts } from './slot-gate.js';

const HOUR = 3_600_000;

/** Lets an execution arrive that gets no slot, at an executor whose clock is an hour behind the server. */
async function arrive(waitedMs: number) {
  const own = new MovedClock();
  const onServer = own.now() + HOUR;
  const recorded: ExecutionEvent[] = [];
  const armed: string[] = [];
  const failed: string[] = [];
  const gate = new SlotGate({
    bus: {},
    slots: {
      take: () => Promise.resolve({ outcome: 'waiting', displaced: [], newest: 'exec_1' }),
      has: () => Promise.resolve(false),
    },
    ends: { fail: (_request: object, _journal: object, { code }: Failure) => Promise.resolve(failed.push(code)) },
    timers: { arm: (_request: object, until: string) => Promise.resolve(armed.push(until)) },
  } as unknown as SlotGateParts);
  const settings = { concurrency: { limit: 1 }, queue_timeout: '30m' };
  const trigger = { type: 'webhook', config: {} };
  const steps = [{ id: 'say', type: 'transform', config: { output: 1 } }];
  const plan = planWorkflow({ name: 'x', trigger, settings, steps });
  const at = new Date(onServer - waitedMs).toISOString();
  const admitted = await gate.admits({
    request: { organisation_id: 'org_1', execution_id: 'exec_1', workflow_id: 'wf_1' } as RunRequest,
    journal: { append: (events: ExecutionEvent[]) => Promise.resolve(recorded.push(...events)) },
    program: new WorkflowProgram(plan, 'Test', stepHandlers({})),
    started: { type: 'started', at, accepted_at: at, workflow_id: 'wf_1', version: 1, trigger: { type: 'api' } },
    ...{ events: [], clock: notBehind(own, onServer) },
  } as unknown as Arrival);
  return { admitted, recorded, armed, failed, onServer };
}

describe('an execution without a slot, at an executor whose clock is behind the server', () => {
  it('is not woken for a time that is over there already', async () => {
    const { admitted, recorded, armed, onServer } = await arrive(60_000);
    const until = new Date(onServer + LIMITS.concurrencyLookMs).toISOString();
    expect(admitted).toBe(false);
    expect(armed).toEqual([until]);
    expect(recorded).toMatchObject([{ type: 'suspended', at: new Date(onServer).toISOString(), until }]);
  });

  it('ends when its time in the queue is over there', async () => {
    const { recorded, armed, failed } = await arrive(31 * 60_000);
    expect([failed, recorded, armed]).toEqual([['QUEUE_TIMEOUT'], [], []]);
  });
});
