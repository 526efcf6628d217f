import type { ApprovalList, EventSubscriptionWithSecret, ExecutionList, WorkflowResource } from '@millrace/contracts';
import { FakeHttpServer, SeededRandom } from '@millrace/testing';
import { ApiClient } from '../support/api.js';
import { CountingService } from '../support/counting-service.js';
import { eventually, inParallel } from '../support/eventually.js';
import { natsConnection } from '../support/nats.js';
import { CopiedMessages } from './copied-messages.js';

/*
 * Whatever services publish is delivered three times in shuffled order: starts, wake-ups, ends, what subscribers get. No result is recorded, and nothing is announced, more than once for it.
 */

const EXECUTIONS = process.env['MILLRACE_E2E_LONG'] ? 400 : 24;
const SEED = Number(process.env['MILLRACE_E2E_SEED'] ?? 4_711);

const api = new ApiClient();
let service: CountingService;
let receiver: FakeHttpServer;
let copied: CopiedMessages;
let workflow: WorkflowResource;
let child: WorkflowResource;
let subscription: EventSubscriptionWithSecret;

const tell = (id: string) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: `${service.url}/${id}`, body: { n: '{{input.n}}' } },
});

beforeAll(async () => {
  [service, receiver] = await Promise.all([CountingService.start(), FakeHttpServer.start()]);
  receiver.on('/told', { status: 204 });
  child = await api.create({ name: 'Three times: child', steps: [tell('inner')], output: { n: '{{input.n * 10}}' } });
  workflow = await api.create({
    name: 'Three times',
    steps: [
      tell('first'),
      { id: 'pause', type: 'wait', config: { duration: '{{2000 + input.n % 5 * 300}}ms' } },
      { id: 'sub', type: 'sub_workflow', config: { workflow_id: child.id, input: { n: '{{input.n}}' } } },
      { id: 'ask', type: 'approval', if: 'input.n % 4 == 0', config: { message: 'Number {{input.n}}?' } },
      tell('last'),
    ],
    output: { n: '{{sub.output.n + 1}}' },
  });
  const json = { url: `${receiver.url}/told`, events: ['execution.completed'], workflow_id: workflow.id };
  subscription = await api.expect(201, 'POST', '/event-subscriptions', { json });
  copied = await CopiedMessages.start(await natsConnection(), new SeededRandom(SEED));
});
afterAll(async () => {
  await copied?.stop();
  if (subscription !== undefined) await api.call('DELETE', `/event-subscriptions/${subscription.id}`);
  await Promise.all([service?.stop(), receiver?.stop()]);
});

test('every message delivered three times in shuffled order starts, ends and announces once, and makes no call under two keys', async () => {
  process.stderr.write(`faults/three-deliveries: MILLRACE_E2E_SEED=${SEED}\n`);
  const numbers = Array.from({ length: EXECUTIONS }, (_, n) => n);
  const ids = await inParallel(numbers, 4, async (n) => (await api.execute(workflow.id, { n })).execution_id);
  let isOver = false;
  const approving = approveUntil(() => isOver);
  try {
    await inParallel(ids, 8, end);
  } finally {
    isOver = true;
    await approving;
  }

  async function end(id: string, n: number): Promise<void> {
    const { status, output, steps } = await api.ended(id, 180_000);
    const asked = n % 4 === 0 ? 'completed' : 'skipped';
    expect([status, output, steps.map((step) => `${step.path} ${step.status}`).join()]).toEqual([
      'completed',
      { n: n * 10 + 1 },
      `first completed,pause completed,sub completed,ask ${asked},last completed`,
    ]);
  }

  expect(copied.copies).toBeGreaterThan(EXECUTIONS * 4);
  // A start or wake-up that comes again while its execution runs is taken for one whose executor has died: a call can be made again, under its key.
  const calls = service.calls.map(({ path, body, key }) => `${path} ${(body as { n: number }).n} ${key}`);
  const steps = (n: number) => ['first', 'last'].map((step) => `/${step} ${n} ${ids[n]}:${step}`);
  const ofChildren = [...new Set(calls)].filter((call) => call.startsWith('/inner'));
  expect([...new Set(calls)].filter((call) => !call.startsWith('/inner')).sort()).toEqual(
    numbers.flatMap(steps).sort(),
  );
  expect(ofChildren).toHaveLength(EXECUTIONS);
  for (const { id } of [workflow, child]) {
    const list = await api.expect<ExecutionList>(200, 'GET', `/executions?workflow_id=${id}&limit=1`);
    expect(list.executions).toHaveLength(1);
    const { count } = await api.expect<{ count: number }>(200, 'GET', `/executions/count?workflow_id=${id}`);
    expect(count).toBe(EXECUTIONS);
  }
  const told = () => receiver.callsTo('/told').map(({ headers }) => String(headers['webhook-id']));
  await eventually('all are announced', () => new Set(told()).size === EXECUTIONS || undefined);
  // A delivery that comes while the same one is under way is the one thing that may be repeated, under its own id.
  expect(new Set(told()).size).toBe(EXECUTIONS);
});

/** Approves all that is asked. */
async function approveUntil(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { approvals } = await api.expect<ApprovalList>(
      200,
      'GET',
      `/approvals?status=pending&workflow_id=${workflow.id}&limit=50`,
    );
    await inParallel(approvals, 4, ({ id }) =>
      api.call('POST', `/approvals/${id}/decide`, { json: { approved: true } }).then(() => undefined),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
