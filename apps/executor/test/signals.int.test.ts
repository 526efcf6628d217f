import { randomUUID } from 'node:crypto';
import type { ExecutionEvent, RunRequest } from '@millrace/contracts';
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

const wait = (id: string, signal: string, timeout?: string) => ({
  id,
  type: 'wait',
  config: { signal, ...(timeout === undefined ? {} : { timeout }) },
});
const result = (output: unknown) => ({ id: 'result', type: 'transform', config: { output } });

/** Sends a signal as history does that knows that somebody waits. */
function send(request: RunRequest, signal: string, data?: unknown): Promise<number> {
  const event: ExecutionEvent = {
    type: 'signal_received',
    at: new Date().toISOString(),
    signal,
    signal_id: randomUUID(),
    ...(data === undefined ? {} : { data }),
  };
  return new JournalAsides(bus, silentLogger()).write(request, async () => ({ events: [event], wakes: true }));
}

async function suspended(request: RunRequest): Promise<void> {
  await waitUntil('it is suspended', async () => (await eventsOf(bus, request)).at(-1)?.type === 'suspended' || null);
  await queueIsEmpty(bus);
}

describe('a wait for a signal', () => {
  it('takes no executor, and ends with the signal', async () => {
    await scene.start();
    const steps = [wait('pay', 'paid_{{input.order}}', '1h'), result('{{pay.output}}')];
    const request = await startExecution(bus, workflowOf(steps), { order: 'A-7' });
    await suspended(request);
    const events = await eventsOf(bus, request);
    expect(events.find(({ type }) => type === 'step_waiting')).toMatchObject({
      waits_for: 'signal',
      frozen: { signal: 'paid_A-7' },
    });
    await send(request, 'paid_A-7', { amount: 12 });
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({
      type: 'completed',
      output: { signal: 'paid_A-7', payload: { amount: 12 }, received_at: expect.any(String), timed_out: false },
    });
  });

  it('ends without one when its time is over', async () => {
    await scene.start();
    const request = await startExecution(
      bus,
      workflowOf([wait('pay', 'paid', '2500ms'), result('{{pay.output}}')]),
      {},
    );
    await suspended(request);
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({
      type: 'completed',
      output: { signal: 'paid', payload: null, received_at: null, timed_out: true },
    });
  });

  it('gets what came before it, in order, while something else runs', async () => {
    await scene.start();
    const loop = { id: 'each', type: 'loop', config: { items: [1, 2, 3], steps: [wait('pay', 'paid', '1h')] } };
    const pause = { id: 'pause', type: 'wait', config: { duration: '1500ms' } };
    const payloads = '{{each.output.map(one => one.payload)}}';
    const request = await startExecution(bus, workflowOf([pause, loop, result(payloads)]), {});
    await waitUntil('it runs', async () => (await eventsOf(bus, request)).length > 1 || null);
    for (const payload of ['a', 'b']) await send(request, 'paid', payload);
    await suspended(request);
    await send(request, 'paid', 'c');
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ output: ['a', 'b', 'c'] });
  });
});
