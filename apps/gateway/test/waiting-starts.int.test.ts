import { randomUUID } from 'node:crypto';
import { executionEndpoints, ExecutionFinished, GetExecution, LIMITS, TokenSnapshot } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { CLIENT_TIMES } from '../src/http/bounded-server.js';
import {
  startGateway,
  TOKEN,
  WORKFLOW,
  type Answer,
  type GatewaySettings,
  type RunningGateway,
} from './gateway.fixture.js';

const EXECUTE = `/v1/workflows/${WORKFLOW}/execute`;
const EXECUTION = executionEndpoints.get.answer.example;
const START_ONLY = 'test-token-that-only-starts';

let gateway: RunningGateway;
/** In the place of executor and history, which are other processes. */
let others: NatsBus;
/** Executions that are in the queue, and those whose record says that they have ended. */
let queued: string[];
let ended: Set<string>;
/** How often history was asked. */
let questions: number;
let onQueued: ((executionId: string) => void) | undefined;

async function begin(settings: GatewaySettings = {}): Promise<void> {
  gateway = await startGateway(settings);
  others = await connectBus({ url: gateway.natsUrl, name: 'others', logger: silentLogger });
  [queued, ended, questions, onQueued] = [[], new Set(), 0, undefined];
  others.connection.subscribe('runs.>', {
    callback: (_, { subject }) => {
      const id = subject.split('.').at(-1) ?? '';
      queued.push(id);
      onQueued?.(id);
    },
  });
  others.connection.subscribe(GetExecution.subject, {
    callback: (_, message) => {
      questions += 1;
      const { execution_id } = message.json<{ execution_id: string }>();
      const status = ended.has(execution_id) ? 'completed' : 'running';
      message.respond(JSON.stringify({ ...EXECUTION, id: execution_id, execution_id, status }));
    },
  });
  await others.connection.flush();
}
afterEach(async () => {
  await others.close();
  await gateway.stop();
});

/** What history does when an execution ends: first the record, then the message. */
async function finish(executionId: string): Promise<void> {
  ended.add(executionId);
  await tell(executionId);
}

async function tell(executionId: string): Promise<void> {
  const at = EXECUTION.completed_at;
  await others.publish(ExecutionFinished, {
    execution_id: executionId,
    organisation_id: 'org_a',
    workflow_id: WORKFLOW,
    version: 3,
    status: 'completed',
    started_at: at,
    completed_at: at,
    duration_ms: 0,
  });
}

const start = (
  query: string,
  headers: Record<string, string> = {},
  more: { token?: string; body?: string } = {},
): Promise<Answer> => gateway.call('POST', EXECUTE + query, { body: '{"input":1}', headers, ...more });
const queuedOne = (): Promise<string> => waitUntil('the start', () => queued[0]);
const applied = ({ headers }: Answer): string | null => headers.get('preference-applied');

describe('a start that waits', () => {
  beforeEach(() => begin());

  it.each([
    ['the parameter', '?wait=50', {}],
    ['the header', '', { prefer: 'wait=50' }],
  ])('by %s gets the execution when that ends', async (_what, query, headers) => {
    const answer = start(query, headers);
    const id = await queuedOne();
    await tell('exec_01kaxh3v9m0000000000000009');
    await finish(id);
    const { status, body } = await answer;
    expect([status, body['id'], body['output'], applied(await answer)]).toEqual([200, id, EXECUTION.output, 'wait=50']);
    // It was read once, and not looked for before.
    expect(questions).toBe(1);
  });

  it('misses no end, however soon it comes', async () => {
    onQueued = (id) => void finish(id);
    const answers = await Promise.all(Array.from({ length: 50 }, () => start('?wait=50')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  it('gets the response of one that does not wait when the time is over, and has asked nobody', async () => {
    const answer = await start('?wait=1');
    expect([answer.status, answer.body['id'], applied(answer)]).toEqual([202, queued[0], 'wait=1']);
    expect(questions).toBe(0);
  });

  it('gets 202 when the ended execution cannot be read: it was started all the same', async () => {
    const answer = start('?wait=50');
    await tell(await queuedOne());
    expect([(await answer).status, applied(await answer)]).toEqual([202, null]);
  });

  it.each(['0', '61', 'long', ''])('is refused with wait=%s, and starts nothing', async (wait) => {
    const answer = await start(`?wait=${wait}`);
    expect([answer.status, answer.body.error?.code, queued]).toEqual([400, 'INVALID_INPUT', []]);
  });

  it('needs a token that may read: else the parameter is refused, and the preference ignored', async () => {
    const value = { token_id: 'tok_2', organisation_id: 'org_a', scopes: ['executions:write'] };
    await gateway.bus.snapshots.put(TokenSnapshot, { token_hash: tokenHash(START_ONLY) }, value);
    const refused = await start('?wait=50', {}, { token: START_ONLY });
    expect([refused.status, refused.body.error?.details, queued]).toEqual([
      403,
      { needed_scope: 'executions:read' },
      [],
    ]);
    const ignored = await start('', { prefer: 'wait=50' }, { token: START_ONLY });
    expect([ignored.status, applied(ignored)]).toEqual([202, null]);
  });

  it('waits again under its key, for another time, and starts nothing again', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await start('?wait=1', key);
    const again = start('?wait=50', key);
    await waitUntil('it to look for an end that came before', () => questions === 1);
    await finish(first.body['id'] as string);
    const { status, body, headers } = await again;
    expect([status, body['id'], headers.get('idempotency-replayed')]).toEqual([200, first.body['id'], 'true']);
    const later = await start('', { ...key, prefer: 'wait=50' });
    expect([later.status, later.body['id']]).toEqual([200, first.body['id']]);
    const now = await start('', key);
    expect([now.status, now.body]).toEqual([202, first.body]);
    const stream = await others.connection.request('$JS.API.STREAM.INFO.RUNS');
    expect(stream.json<{ state: { messages: number } }>().state.messages).toBe(1);
  });

  it('looks for ends that came while NATS was away', async () => {
    const answer = start('?wait=50');
    ended.add(await queuedOne());
    await gateway.nats.kill();
    await gateway.nats.restart();
    expect((await answer).status).toBe(200);
  });

  it('gets its response at once when the gateway stops', async () => {
    const answer = start('?wait=50');
    await queuedOne();
    await gateway.app.close();
    expect([(await answer).status, applied(await answer)]).toEqual([202, null]);
  });

  it('keeps nobody from sending large bodies', async () => {
    const body = JSON.stringify({ input: 'x'.repeat(LIMITS.inlinePayloadBytes) });
    const waiting = Array.from({ length: LIMITS.largeBodiesAtOnce }, () => start('?wait=50', {}, { body }));
    await waitUntil('them to be started', () => queued.length === waiting.length);
    expect((await start('', {}, { body })).status).toBe(202);
    await Promise.all(queued.slice(0, waiting.length).map(finish));
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 200));
  });
});

it('a start that waits is not taken for a client that has stalled', async () => {
  await begin({ clientTimes: { ...CLIENT_TIMES, timeout: 200 } });
  expect((await start('?wait=1')).status).toBe(202);
});

it('one organisation has so many waiting starts; one more gets its response at once, until a client goes away', async () => {
  await begin({ waitRoom: { all: 10, perOrganisation: 1 } });
  const client = new AbortController();
  const headers = { authorization: `Bearer ${TOKEN}` };
  const gone = fetch(`${gateway.url}${EXECUTE}?wait=50`, { method: 'POST', headers, signal: client.signal });
  await queuedOne();
  const refused = await start('?wait=1');
  expect([refused.status, applied(refused)]).toEqual([202, null]);
  client.abort();
  await expect(gone).rejects.toThrow('aborted');
  await waitUntil('there to be room', async () => applied(await start('?wait=1')) !== null);
});
