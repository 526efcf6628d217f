import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '@millrace/testing';
import { COST, MAX_TOKENS, MODEL, MOST_RESERVED, Payer, PRICES, USAGE } from './credits.fixture.js';
import { ExecutorScene } from './executor-scene.js';
import { endOf, workflowOf } from './executor.fixture.js';
import { chatAnswer } from './support/model-answers.js';

const CHAT = '/v1/chat/completions';
const EXECUTIONS = 6;
const ITEMS = 10;
const CALLS = EXECUTIONS * ITEMS;

let scene: ExecutorScene;

beforeAll(async () => {
  scene = await ExecutorScene.open();
});

afterAll(() => scene?.close());

it('charges each call once and never more than there is, though executors are killed all the time', async () => {
  const { bus, server } = scene;
  const aiProviders = {
    paid: { type: 'openai_compatible', base_url: `${server.url}/v1`, api_key: 'sk-1', models: [MODEL], prices: PRICES },
  };
  const spawn = (): Promise<ChildProcess> => scene.spawn({ aiProviders });
  const balance = CALLS * COST + MOST_RESERVED;
  const payer = await new Payer(bus).credit(balance);
  const executors = [await spawn(), await spawn()];
  const overdrawn: unknown[] = [];
  // While a call is under way, and right after its answer: then it is charged, and the result is not in the journal yet.
  const killAt = new Map([10, 25, 40].map((call, index) => [call, [0, 1, 3][index] ?? 0]));
  const killed: Promise<void>[] = [];
  const kill = async (): Promise<void> => {
    executors.shift()?.kill('SIGKILL');
    executors.push(await spawn());
  };
  server.on(CHAT, async (_, number) => {
    const account = await payer.account();
    if (account.reservations.reduce((sum, { amount }) => sum + amount, 0) > account.balance) overdrawn.push(account);
    const afterMs = killAt.get(number);
    if (afterMs === 0) await kill();
    else if (afterMs !== undefined) killed.push(sleep(afterMs).then(kill));
    return chatAnswer('Well.', { usage: USAGE });
  });
  const step = {
    id: 'ask',
    type: 'ai_completion',
    config: { model: MODEL, prompt: 'Well?', max_tokens: MAX_TOKENS },
    retry: { max_attempts: 20, backoff: 'constant', initial_delay: '10ms' },
  };
  const loop = { id: 'all', type: 'loop', config: { items: '{{input.items}}', concurrency: 5, steps: [step] } };
  const items = Array.from({ length: ITEMS }, (_, index) => index);
  const requests = [];
  for (let n = 0; n < EXECUTIONS; n++) requests.push(await payer.start(workflowOf([loop]), { items }));
  const ends = await Promise.all(requests.map((request) => endOf(bus, request)));
  await Promise.all(killed);
  expect(ends.map(({ type }) => type)).toEqual(Array(EXECUTIONS).fill('completed'));
  // Calls were made again, and charged once all the same.
  expect(server.callsTo(CHAT).length).toBeGreaterThan(CALLS);
  const account = await waitUntil('nothing is reserved', async () => {
    const found = await payer.account();
    return found.reservations.length === 0 ? found : null;
  });
  expect(account.balance).toBe(balance - CALLS * COST);
  expect(overdrawn).toEqual([]);
  const ledger = await payer.ledger();
  expect(ledger.map(({ sequence }) => sequence)).toEqual(ledger.map((_, index) => index + 1));
  const charged = ledger.flatMap(({ usage }) => (usage ? [`${usage.execution_id}:${usage.step_path}`] : []));
  expect(charged).toHaveLength(CALLS);
  expect(new Set(charged).size).toBe(CALLS);
});
