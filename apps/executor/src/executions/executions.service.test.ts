import { newId, type JournalBatch, type RunRequest } from '@millrace/contracts';
import { silentLogger } from '@millrace/service-kit/logging';
import { waitUntil } from '@millrace/testing';
import { systemClock } from '../clock.js';
import { ExecutionsService } from './executions.service.js';
import { ExecutorStoppingError } from './executor-stopping.error.js';

const AT = new Date().toISOString();
const DOCUMENT = JSON.stringify({
  name: 'Waits',
  trigger: { type: 'webhook' },
  steps: [{ id: 'wait', type: 'wait', config: { duration: '1h' } }],
});

/** An executor of executions that sleep. Each journal is being read until `finish` says that it cannot be. */
function executor() {
  const journals = new Map<string, JournalBatch>();
  const reading: { readonly id: string; readonly organisation: string; readonly finish: () => void }[] = [];
  const bus = {
    room: { requireToBegin: () => undefined, accepts: () => true },
    snapshots: {
      get: (_type: unknown, { workflow_id }: Pick<RunRequest, 'workflow_id'>) =>
        Promise.resolve({ organisation_id: workflow_id.slice('wf_'.length), name: 'Waits', document: DOCUMENT }),
      peek: () => undefined,
    },
    lastOnSubject: (_type: unknown, { execution_id }: RunRequest) => {
      const suspended = { entry_id: 'earlier:1', events: [{ type: 'suspended', at: AT }] } as unknown as JournalBatch;
      const written = journals.get(execution_id);
      return Promise.resolve({ sequence: written === undefined ? 1 : 2, payload: written ?? suspended });
    },
    publish: (_type: unknown, entry: JournalBatch) => {
      journals.set(entry.execution_id, entry);
      return Promise.resolve({ sequence: 2, duplicate: false, bytes: 1 });
    },
    readSubject: (_type: unknown, { execution_id, organisation_id }: RunRequest) =>
      new Promise((_resolve, reject) => {
        const finish = (): void => reject(new Error('It has been read'));
        reading.push({ id: execution_id, organisation: organisation_id, finish });
      }),
    tell: () => Promise.resolve(),
  };
  const reads = { reused: { of: () => null } };
  const service = new ExecutionsService(
    bus as never,
    silentLogger(),
    systemClock,
    {},
    { require: () => undefined, charge: () => undefined, chargeRunning: () => null },
    reads as never,
  );
  return { service, reading, journals };
}

/** Wakes an execution; resolves with what ended that. */
function wake(service: ExecutionsService, organisation: string, signal = new AbortController().signal) {
  const request: RunRequest = {
    execution_id: newId('execution'),
    organisation_id: organisation,
    workflow_id: `wf_${organisation}`,
    version: 1,
    generation: 1,
    accepted_at: AT,
    trigger: { type: 'api' },
  };
  const delivery = { deliveryCount: 1, redelivered: false, signal, storedAt: Date.now() };
  const ended = service.execute(request, delivery).catch((error: unknown) => error);
  return { id: request.execution_id, ended };
}

test('a wake of another organisation is read before those of one that has many', async () => {
  const { service, reading } = executor();
  const many = Array.from({ length: 10 }, () => wake(service, 'org_many'));
  await waitUntil('two are read', () => reading.length === 2);
  const one = wake(service, 'org_one');
  for (let read = 0; read < many.length + 1; read++) {
    await waitUntil('the next is read', () => reading.length > read);
    reading[read]?.finish();
  }
  await Promise.all([...many, one].map(({ ended }) => ended));
  // It has its turn to be opened, and its turn to be read.
  expect(reading.findIndex(({ id }) => id === one.id)).toBeLessThanOrEqual(4);
});

test('what waits for its turn when the executor stops is read by none, and is handed over when it was claimed', async () => {
  const { service, reading, journals } = executor();
  const stop = new AbortController();
  const first = [wake(service, 'org_1'), wake(service, 'org_1')];
  const claimed = wake(service, 'org_1', stop.signal);
  await waitUntil('two are read, and the other is to be', () => reading.length === 2 && journals.has(claimed.id));
  const unopened = wake(service, 'org_1', stop.signal);
  const next = wake(service, 'org_1');
  stop.abort();
  expect(await claimed.ended).toBeInstanceOf(ExecutorStoppingError);
  expect(journals.get(claimed.id)?.events).toMatchObject([{ type: 'resumed', handed_over: true }]);
  expect(await unopened.ended).toBe(stop.signal.reason);
  expect(journals.has(unopened.id)).toBe(false);
  for (const read of reading) read.finish();
  await Promise.all(first.map(({ ended }) => ended));
  await waitUntil('the next is read', () => reading.length === 3);
  expect(reading[2]?.id).toBe(next.id);
  reading[2]?.finish();
  await next.ended;
});
