import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ActiveSnapshot, LIMITS, ReceiveWebhook, WebhookSnapshot } from '@millrace/contracts';
import { connectBus, type NatsBus } from '@millrace/messaging';
import { silentLogger } from '@millrace/service-kit/logging';
import { startNats, startRedis, type OwnServer } from '@millrace/testing';
import { call } from './dispatcher.fixture.js';

/** That of a dispatcher of an installation. */
const HEAP_MEGABYTES = 384;
/** Just below the most that a call may have. */
const BYTES = LIMITS.webhookBodyBytes - 1_000;
const FORM = 'application/x-www-form-urlencoded';

const repeated = (text: string): string => text.repeat(Math.floor(BYTES / text.length));

/** Bodies that become many times their size. */
const BODIES: readonly { readonly name: string; readonly type: string; readonly make: () => string }[] = [
  { name: 'forms of plus signs', type: FORM, make: () => `a=${repeated('+')}` },
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
  'takes $name from two organisations at once, four calls of each with keys, and those of others',
  async ({ name, type, make }) => {
    const body = make();
    const keyed = (index: number) => ({ 'content-type': type, 'idempotency-key': `${name} ${index}` });
    const large = [0, 1, 2, 3].flatMap((index) =>
      ['one', 'two'].map((owner) => receive(owner, { body, headers: keyed(index) })),
    );
    const small = receive('small', {});
    const outcomes = await Promise.allSettled([...large, small]);
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'taken' : String(outcome.reason)))).toEqual(
      outcomes.map(() => 'taken'),
    );
    expect(dispatcher.exitCode ?? dispatcher.signalCode).toBeNull();
  },
  120_000,
);
