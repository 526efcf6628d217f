import { once } from 'node:events';
import { JournalEntry, LIMITS, RunRequested, type ExecutionEvent, type RunRequest } from '@millrace/contracts';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { startNats } from '@millrace/testing';
import {
  aDelivery,
  aRequest,
  aService,
  connectClient,
  endOf,
  queueIsEmpty,
  spawnExecutor,
  workflowOf,
} from './executor.fixture.js';

/** Enough to start with, and too little for the journal below. */
const HEAP_MEGABYTES = 80;
const ENTRIES = 120;
const MEGABYTE = 1_000_000;

test('an execution whose journal executors die of reading is abandoned, without being read again', async () => {
  const nats = await startNats();
  const bus = await connectClient(nats.url);
  try {
    const step = { id: 'each', type: 'transform', config: { output: 1 } };
    const request = await aRequest(bus, workflowOf([step]));
    const { execution_id, organisation_id, workflow_id, version, accepted_at, trigger } = request;
    const at = accepted_at;
    const record = (event: ExecutionEvent) =>
      bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events: [event] });
    await record({ type: 'started', at, workflow_id, version, accepted_at, trigger, input: {} });
    for (let entry = 0; entry < ENTRIES; entry++) {
      const result = { path: `each[${entry}].x`, step_type: 'transform', attempt: 1, output: 'x'.repeat(MEGABYTE) };
      await record({ type: 'step_completed', at, started_at: at, ...result });
    }
    // As if all but two of them had died of it before.
    await record({ type: 'resumed', at, delivery: 9, claims: LIMITS.executionLostRuns - 2 });

    let deaths = 0;
    const spawn = () => spawnExecutor(nats.url, { heapMegabytes: HEAP_MEGABYTES, diesOfMemory: true });
    let executor = await spawn();
    const live = async (): Promise<void> => {
      for (;;) {
        const [code, signal] = (await once(executor, 'exit')) as [number | null, string | null];
        if (signal === 'SIGKILL' || deaths > 4) return;
        expect([code, signal]).not.toEqual([0, null]);
        deaths++;
        executor = await spawn();
      }
    };
    const living = live();
    await bus.publish(RunRequested, request);
    const end = await endOf(bus, request);
    await queueIsEmpty(bus);
    executor.kill('SIGKILL');
    await living;
    expect(end).toMatchObject({
      type: 'failed',
      error: { code: 'EXECUTION_ABANDONED', details: { attempts: LIMITS.executionLostRuns } },
    });
    expect(deaths).toBe(2);
  } finally {
    await bus.close();
    await nats.stop();
  }
});

test('of executions that are taken over at once, few latest entries are in memory at the same time', async () => {
  const nats = await startNats();
  const bus = await connectClient(nats.url);
  const http = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
  let [now, most] = [0, 0];
  const read = bus.lastOnSubject.bind(bus);
  const counted = jest.spyOn(bus, 'lastOnSubject').mockImplementation(async (message, address) => {
    most = Math.max(most, ++now);
    return await read(message, address).finally(() => now--);
  });
  try {
    const service = aService(bus, http);
    const requests: RunRequest[] = [];
    for (let index = 0; index < 20; index++) {
      const request = await aRequest(bus, workflowOf([{ id: 'say', type: 'transform', config: { output: 'done' } }]));
      const { execution_id, organisation_id, workflow_id, version, accepted_at: at, trigger } = request;
      const started: ExecutionEvent = {
        type: 'started',
        at,
        workflow_id,
        version,
        accepted_at: at,
        trigger,
        input: {},
      };
      await bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events: [started] });
      requests.push(request);
    }
    const { signal } = new AbortController();
    await Promise.all(requests.map((request) => service.execute(request, aDelivery(2, signal))));
    counted.mockRestore();
    for (const request of requests) expect(await endOf(bus, request)).toMatchObject({ output: 'done' });
    expect(most).toBe(2);
  } finally {
    await http.close();
    await bus.close();
    await nats.stop();
  }
});
