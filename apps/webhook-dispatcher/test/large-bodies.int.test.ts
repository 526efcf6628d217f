import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ActiveSnapshot, AppError, LIMITS, ReceiveWebhook, WebhookSnapshot } from '@millrace/contracts';
import { connectBus, type NatsBus } from '@millrace/messaging';
import { silentLogger } from '@millrace/service-kit/logging';
import { startNats, startRedis, type OwnServer } from '@millrace/testing';
import { call } from './dispatcher.fixture.js';

/** That of a dispatcher of an installation. */
const HEAP_MEGABYTES = 384;
/** Just below the most that a call may have. */
const BYTES = LIMITS.webhookBodyBytes - 1_000;
/** So large that the question to the dispatcher, in base64, is just no large one. */
const INLINE_BYTES = (LIMITS.inlinePayloadBytes * 3) / 4 - 1_000;
/** As many as take the heap together, where all are decoded at once. */
const MANY = 150;
const FORM = 'application/x-www-form-urlencoded';

const repeated = (text: string): string => text.repeat(Math.floor(BYTES / text.length));

/** Bodies that become many times their size. */
const BODIES: readonly { readonly name: string; readonly type: string; readonly make: () => string }[] = [
  { name: 'forms of plus signs', type: FORM, make: () => `a=${repeated('+')}` },
  {
    name: 'JSON of as many lists as there may be',
    type: 'application/json',
    make: () =>
      `[${Array(Math.floor(LIMITS.jsonValues / 150))
        .fill('['.repeat(148) + ']'.repeat(148))
        .join()}]`,
  },
];

let servers: OwnServer[];
let bus: NatsBus;
let dispatcher: ChildProcess;

beforeAll(async () => {
  const [nats, redis] = await Promise.all([startNats(), startRedis()]);
  servers = [nats, redis];
  bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger(), validateOutgoing: true });
  const settings = {
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_REDIS_URL: redis.url,
    // Nothing listens there: calls are taken without a database.
    MILLRACE_MONGODB_URL: 'mongodb://127.0.0.1:9',
    MILLRACE_HEALTH_PORT: 9,
  };
  const program = [join(__dirname, 'dispatcher-process.mjs'), JSON.stringify(settings)];
  dispatcher = spawn(process.execPath, [`--max-old-space-size=${HEAP_MEGABYTES}`, ...program], {
    // Jest takes V8's last words for those of its own worker, and fails the file.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(dispatcher.stdout as NodeJS.ReadableStream, 'data');
  for (const name of ['one', 'two', 'small']) {
    const ids = { workflow_id: `wf_${name}`, organisation_id: `org_${name}` };
    const webhook = { ...ids, webhook_id: `wh_${name}`, method: 'POST' };
    const workflow = { ...ids, version: 1, status: 'active' } as const;
    await bus.snapshots.put(WebhookSnapshot, webhook, webhook);
    await bus.snapshots.put(ActiveSnapshot, workflow, workflow);
  }
});

afterAll(async () => {
  dispatcher?.kill();
  await bus?.close();
  await Promise.all((servers ?? []).map((server) => server.stop()));
});

const receive = (name: string, more: Parameters<typeof call>[1]) =>
  bus.request(ReceiveWebhook, call(`wh_${name}`, more), { timeoutMs: 60_000 });

it.each(BODIES)(
  'survives $name from two organisations at once, four calls of each with keys, and takes those of others',
  async ({ name, type, make }) => {
    const body = make();
    const headers = (index: number) => ({ 'content-type': type, 'idempotency-key': `${name} ${index}` });
    await takenAmong(
      [0, 1, 2, 3].flatMap((index) => ['one', 'two'].map((owner) => receive(owner, { body, headers: headers(index) }))),
    );
  },
  120_000,
);

it('survives many bodies of some size at once, and takes those of others', async () => {
  const lists = '['.repeat(148) + ']'.repeat(148);
  const body = `[${Array(Math.floor(INLINE_BYTES / 300))
    .fill(lists)
    .join()}]`;
  const headers = (index: number) => ({ 'content-type': 'application/json', 'idempotency-key': `lists ${index}` });
  const owner = (index: number) => (index % 2 ? 'one' : 'two');
  await takenAmong(
    Array.from({ length: MANY }, (_, index) => receive(owner(index), { body, headers: headers(index) })),
  );
}, 120_000);

/** Waits for calls, which may be put off, and makes a small one of another organisation meanwhile, which must not be. */
async function takenAmong(calls: readonly Promise<unknown>[]): Promise<void> {
  const small = receive('small', {});
  const outcomes = new Set((await Promise.allSettled(calls)).map(outcomeOf));
  expect([...outcomes].filter((outcome) => !['taken', 'put off'].includes(outcome))).toEqual([]);
  expect(outcomes).toContain('taken');
  await small;
  expect(dispatcher.exitCode ?? dispatcher.signalCode).toBeNull();
}

/** On a busy machine NATS may take too long to store what is large. No reply at all is another matter. */
function outcomeOf(outcome: PromiseSettledResult<unknown>): string {
  if (outcome.status === 'fulfilled') return 'taken';
  const { reason } = outcome as { readonly reason: unknown };
  const isPutOff =
    reason instanceof AppError && reason.code === 'SERVICE_UNAVAILABLE' && reason.details?.['service'] !== 'webhooks';
  return isPutOff ? 'put off' : String(reason);
}
