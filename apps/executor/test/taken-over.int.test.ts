import { JournalEntry, LIMITS, newId, type ExecutionEvent, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import { silentLogger } from '@millrace/service-kit/logging';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { startNats, type OwnServer } from '@millrace/testing';
import { aDelivery, aRequest, aService, connectClient, eventsOf, workflowOf } from './executor.fixture.js';

/** Executions that are taken over, by what their journals say. */
const at = '2026-11-25T09:00:00.000Z';
const { signal } = new AbortController();
let nats: OwnServer;
let bus: NatsBus;
let http: SafeHttpClient;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  http = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
afterAll(async () => {
  await http.close();
  await bus.close();
  await nats.stop();
});

const started = ({ workflow_id, version, accepted_at, trigger }: RunRequest): ExecutionEvent => ({
  type: 'started',
  at,
  workflow_id,
  version,
  accepted_at,
  trigger,
  input: {},
});

async function record(request: RunRequest, ...entries: ExecutionEvent[][]): Promise<void> {
  const { execution_id, organisation_id } = request;
  for (const events of entries)
    await bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events });
}

describe('one that fails when it is woken, outside of its run', () => {
  const call = { id: 'call', type: 'sub_workflow', config: { workflow_id: newId('workflow') } };

  it.each([
    ['its secrets cannot be opened', true, 'call'],
    ['its journal does not fit', false, 'elsewhere'],
  ])('names the executions that it waited for: %s', async (_why, secrets_in_output, path) => {
    const later = { id: 'later', type: 'http', config: { url: 'http://127.0.0.1:9' }, secrets_in_output };
    const request = { ...(await aRequest(bus, workflowOf([call, later]))), generation: 1 };
    const child = { execution_id: newId('execution'), workflow_id: newId('workflow'), version: 1, awaited: true };
    const of = { at, path, step_type: 'sub_workflow', started_at: at, attempt: 1 };
    const waiting: ExecutionEvent = { type: 'step_waiting', ...of, waits_for: 'sub_workflow', child };
    await record(request, [started(request), waiting], [{ type: 'suspended', at, linked: true }]);
    // Nobody is there who could cancel them.
    await expect(aService(bus, http).execute(request, aDelivery(1, signal))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'failed', children: [child.execution_id] });
  });
});

describe('one whose executors die of it while it is sent signals', () => {
  it('is given up, as one that is sent none', async () => {
    const request = await aRequest(bus, workflowOf([{ id: 'say', type: 'transform', config: { output: 'done' } }]));
    await record(request, [started(request)]);
    await record(request, [{ type: 'resumed', at, delivery: 9, claims: LIMITS.executionLostRuns }]);
    const asides = new JournalAsides(bus, silentLogger());
    for (let count = 0; count < 2; count++)
      await asides.write(request, () =>
        Promise.resolve({ events: [{ type: 'signal_received', at, signal: 'go' }], wakes: true }),
      );
    await aService(bus, http).execute(request, aDelivery(2, signal));
    const error = { code: 'EXECUTION_ABANDONED', details: { attempts: LIMITS.executionLostRuns } };
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'failed', error });
  });
});
