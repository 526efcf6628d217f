import { approvalIdOf, type ExecutionEvent, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import { silentLogger } from '@millrace/service-kit/logging';
import { waitUntil } from '@millrace/testing';
import { ExecutorScene } from './executor-scene.js';
import { eventsAtEnd, eventsOf, queueIsEmpty, startExecution, workflowOf } from './executor.fixture.js';

let scene: ExecutorScene;
let bus: NatsBus;

beforeEach(async () => {
  scene = await ExecutorScene.open();
  ({ bus } = scene);
});

afterEach(() => scene.close());

const ask = (config: object = {}) => ({
  id: 'ask',
  type: 'approval',
  config: { message: 'Pay {{input.amount ?? 0}}?', ...config },
});
const result = (output: unknown) => ({ id: 'result', type: 'transform', config: { output } });

/** Decides as history does. */
function decide(request: RunRequest, by: string, outcome?: 'approved' | 'rejected'): Promise<number> {
  const event: ExecutionEvent = {
    ...{ type: 'approval_decided', at: new Date().toISOString(), path: 'ask', by, decision_id: by },
    approval_id: approvalIdOf(request.execution_id, 'ask', 1),
    decision: outcome ?? 'approved',
    ...(outcome === undefined ? {} : { outcome }),
  };
  const wakes = outcome !== undefined;
  return new JournalAsides(bus, silentLogger()).write(request, async () => ({ events: [event], wakes }));
}

async function suspended(request: RunRequest): Promise<void> {
  await waitUntil('it is suspended', async () => (await eventsOf(bus, request)).at(-1)?.type === 'suspended' || null);
  await queueIsEmpty(bus);
}

describe('an approval', () => {
  it('takes no executor while people think, and goes on with what they decided', async () => {
    await scene.start();
    const steps = [ask({ required: 2, data: { n: '{{input.amount}}' } }), result('{{ask.output}}')];
    const request = await startExecution(bus, workflowOf(steps), { amount: 12 });
    await suspended(request);
    expect((await eventsOf(bus, request)).find(({ type }) => type === 'step_waiting')).toMatchObject({
      waits_for: 'approval',
      frozen: { approval: { id: approvalIdOf(request.execution_id, 'ask', 1), message: 'Pay 12?', data: { n: 12 } } },
    });
    await decide(request, 'ada');
    await decide(request, 'bob', 'approved');
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({
      type: 'completed',
      output: { approved: true, decisions: [{ by: 'ada' }, { by: 'bob' }], expired: false },
    });
  });

  it('expires by an entry of the journal when nobody decides, and can fail for that', async () => {
    await scene.start();
    const steps = [ask({ expires_in: '2500ms' }), result('{{ask.output}}')];
    const request = await startExecution(bus, workflowOf(steps), {});
    await suspended(request);
    await decide(request, 'tok_early');
    const events = await eventsAtEnd(bus, request);
    expect(events.filter(({ type }) => type === 'approval_decided')).toMatchObject([
      { decision: 'approved' },
      { decision: 'expired', outcome: 'expired' },
    ]);
    expect(events.at(-1)).toMatchObject({
      output: { approved: false, decisions: [{ by: 'tok_early' }], expired: true },
    });
    const failing = await startExecution(bus, workflowOf([ask({ expires_in: '50ms', on_expiry: 'fail' })]), {});
    expect((await eventsAtEnd(bus, failing)).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'APPROVAL_EXPIRED' },
    });
  });

  it('reminds of itself while it waits, as often as it is to, and asks anew for the whole time when it is retried', async () => {
    await scene.start();
    const config = { expires_in: '5s', on_expiry: 'fail', remind_every: '2200ms', max_reminders: 1 };
    const retry = { max_attempts: 2, initial_delay: '10ms', retry_if: 'true' };
    const request = await startExecution(bus, workflowOf([{ ...ask(config), retry }]), {});
    const events = await eventsAtEnd(bus, request);
    const told = events.filter(({ type }) => type === 'approval_reminded');
    const ids = [1, 2].map((attempt) => approvalIdOf(request.execution_id, 'ask', attempt));
    expect(told).toMatchObject(ids.map((approval_id) => ({ path: 'ask', approval_id, number: 1 })));
    const asked = events.flatMap((event) => (event.type === 'step_waiting' ? [event] : []));
    expect(asked.map(({ until, started_at }) => Date.parse(until ?? '') - Date.parse(started_at))).toEqual([
      5000, 5000,
    ]);
    // It was woken for the reminder, and then suspended again.
    expect(events.filter(({ type }) => type === 'suspended').length).toBeGreaterThanOrEqual(4);
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'APPROVAL_EXPIRED' } });
  });

  it('outlives kill -9 of its executors, and is decided once', async () => {
    const call = { id: 'call', type: 'http', config: { method: 'POST', url: `${scene.server.url}/call` } };
    scene.server.on('/call', { body: {} });
    const pause = { id: 'pause', type: 'wait', config: { duration: '1500ms' } };
    const branches = [{ steps: [ask({ expires_in: '1h' })] }, { steps: [pause] }];
    const steps = [{ id: 'all', type: 'parallel', config: { branches } }, call, result('{{all.output}}')];
    let executor = await scene.spawn();
    const request = await startExecution(bus, workflowOf(steps), {});
    const path = 'all[0].ask';
    await waitUntil(
      'it asks',
      async () => (await eventsOf(bus, request)).some(({ type }) => type === 'step_waiting') || null,
    );
    executor.kill('SIGKILL');
    executor = await scene.spawn();
    await suspended(request);
    executor.kill('SIGKILL');
    const asked = (await eventsOf(bus, request)).flatMap((event) =>
      event.type === 'step_waiting' ? [event.path] : [],
    );
    expect(asked).toContain(path);
    const event: ExecutionEvent = {
      ...{ type: 'approval_decided', at: new Date().toISOString(), path, by: 'ada', decision_id: '1' },
      ...{ approval_id: approvalIdOf(request.execution_id, path, 1), decision: 'rejected', outcome: 'rejected' },
    };
    await new JournalAsides(bus, silentLogger()).write(request, async () => ({ events: [event], wakes: true }));
    await scene.spawn();
    const events = await eventsAtEnd(bus, request);
    const ended = events.filter((one) => one.type === 'step_completed' && one.path === path);
    expect(ended).toMatchObject([{ output: { approved: false, decisions: [{ by: 'ada' }] } }]);
    expect(scene.server.callsTo('/call')).toHaveLength(1);
  });
});
