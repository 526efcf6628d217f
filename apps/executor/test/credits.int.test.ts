import type { INestMicroservice } from '@nestjs/common';
import { LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { TOPOLOGY, type NatsBus } from '@millrace/messaging';
import { silentLogger } from '@millrace/service-kit/logging';
import { registry } from '@millrace/service-kit/metrics';
import { FakeHttpServer, samplesOf, startNats, sumOf, waitUntil, type OwnServer } from '@millrace/testing';
import { ModelCharges } from '../src/ai/credits/model-charges.js';
import { installationProviders } from '../src/ai/model-choice.js';
import { systemClock } from '../src/clock.js';
import { ExecutorStoppingError } from '../src/executions/executor-stopping.error.js';
import { StepFailure } from '../src/steps/step-failure.js';
import { COST, MAX_TOKENS, MODEL, MOST_RESERVED, Payer, PRICES, USAGE } from './credits.fixture.js';
import { connectClient, endOf, eventsAtEnd, startExecution, startExecutor, workflowOf } from './executor.fixture.js';
import { anEffectCall } from './support/effect-call.js';
import { chatAnswer } from './support/model-answers.js';

const CHAT = '/v1/chat/completions';

let nats: OwnServer;
let bus: NatsBus;
let model: FakeHttpServer;
let executors: INestMicroservice[];
let providers: object;

beforeAll(async () => {
  nats = await startNats();
  // With its time to acknowledge: what is delivered twice, because the machine is busy, asks the model twice.
  bus = await connectClient(nats.url, TOPOLOGY);
  model = await FakeHttpServer.start();
  const base = { type: 'openai_compatible', base_url: `${model.url}/v1`, api_key: 'sk-1' };
  providers = { paid: { ...base, models: [MODEL, 'free'], prices: { ...PRICES, free: { input: 0, output: 0 } } } };
  executors = [
    await startExecutor(nats.url, { aiProviders: providers, topology: TOPOLOGY }),
    await startExecutor(nats.url, { aiProviders: providers, topology: TOPOLOGY }),
  ];
});

afterAll(async () => {
  for (const executor of executors ?? []) await executor.close();
  await bus?.close();
  await model?.stop();
  await nats?.stop();
});

const answer = (content = 'Well.') => chatAnswer(content, { usage: USAGE });
const ask = (config: object = {}, rest: object = {}) => ({
  id: 'ask',
  type: 'ai_completion',
  config: { model: MODEL, prompt: 'Well?', max_tokens: MAX_TOKENS, ...config },
  ...rest,
});
const failures = (events: readonly ExecutionEvent[]) =>
  events.flatMap((event) =>
    event.type === 'step_failed' && event.step_type === 'ai_completion' ? [event.error.code] : [],
  );

it('never spends more than there is, however many steps ask at the same time', async () => {
  const affordable = 30;
  const payer = await new Payer(bus).credit(affordable * COST + MOST_RESERVED);
  const overdrawn: unknown[] = [];
  model.on(CHAT, async () => {
    const { balance, reservations } = await payer.account();
    if (reservations.reduce((sum, { amount }) => sum + amount, 0) > balance) overdrawn.push({ balance, reservations });
    return answer();
  });
  const before = model.callsTo(CHAT).length;
  const loop = {
    id: 'all',
    type: 'loop',
    config: {
      items: '{{input.items}}',
      concurrency: 10,
      continue_on_item_error: true,
      steps: [ask({}, { retry: { max_attempts: 20, backoff: 'constant', initial_delay: '10ms' } })],
    },
  };
  const items = Array.from({ length: 10 }, (_, index) => index);
  const requests = [];
  for (let n = 0; n < 10; n++) requests.push(await payer.start(workflowOf([loop]), { items }));
  const events = (await Promise.all(requests.map((request) => eventsAtEnd(bus, request)))).flat();
  const codes = failures(events).filter((code) => code === 'INSUFFICIENT_CREDITS');
  const answered = model.callsTo(CHAT).length - before;
  expect(codes).toHaveLength(100 - answered);
  expect(overdrawn).toEqual([]);
  // All that could be paid for was asked.
  const { balance, reservations } = await payer.account();
  expect([answered, balance, reservations]).toEqual([
    expect.any(Number),
    affordable * COST + MOST_RESERVED - answered * COST,
    [],
  ]);
  expect(balance).toBeLessThan(MOST_RESERVED);
  const ledger = await payer.ledger();
  expect(ledger.map(({ sequence }) => sequence)).toEqual(ledger.map((_, index) => index + 1));
  expect(ledger.filter(({ type }) => type === 'usage')).toHaveLength(answered);
  // Subscribers are notified once, of each.
  expect(ledger.flatMap(({ tells }) => tells ?? []).sort()).toEqual(['exhausted', 'low']);
});

it('charges each attempt for what it used, and refusals of the provider with nothing', async () => {
  const payer = await new Payer(bus).credit(100_000);
  const refusal = { status: 429, headers: { 'retry-after': '0' }, body: { error: { message: 'slow down' } } };
  model.sequence(CHAT, [answer('not JSON'), answer('nor this'), refusal, answer('{"ok": true}')]);
  const step = ask(
    { response_schema: { type: 'object' } },
    { retry: { max_attempts: 3, initial_delay: '10ms', retry_if: 'true' } },
  );
  const request = await payer.start(workflowOf([step]));
  const events = await eventsAtEnd(bus, request);
  expect(events.at(-1)).toMatchObject({ type: 'completed', output: { ok: true } });
  const used = (await payer.ledger()).filter(({ type }) => type === 'usage');
  expect(used).toMatchObject([{ balance: 98_700 }, { balance: 97_400 }, { balance: 96_100 }]);
  // The attempt whose answer was asked for twice, the one that was refused, and the last one.
  const costs = events.flatMap((event) =>
    event.type === 'step_failed' || event.type === 'step_completed' ? [event.usage?.cost] : [],
  );
  expect(costs).toEqual([2 * COST, undefined, COST]);
  const { workflow_id, execution_id } = request;
  expect(used[0]?.usage).toEqual({
    ...{ workflow_id, execution_id, step_path: 'ask', provider: 'paid', owner: 'installation', model: MODEL },
    ...{ input_tokens: 300, output_tokens: 100, cost: COST },
  });
});

it('fails a step for which too little is left, without asking again', async () => {
  const payer = await new Payer(bus).credit(COST);
  const before = model.callsTo(CHAT).length;
  const end = await endOf(bus, await payer.start(workflowOf([ask()])));
  expect(end).toMatchObject({
    type: 'failed',
    error: { code: 'INSUFFICIENT_CREDITS', details: { balance: COST, needed: expect.any(Number) as number } },
  });
  expect(model.callsTo(CHAT).length).toBe(before);
});

it('asks a model that can be paid for instead, where the step names one', async () => {
  const payer = await new Payer(bus).credit(COST);
  model.sequence(CHAT, [answer('For nothing.')]);
  const end = await endOf(bus, await payer.start(workflowOf([ask({ fallbacks: ['free'] })])));
  expect(end).toMatchObject({ type: 'completed', output: 'For nothing.' });
  expect((await payer.account()).balance).toBe(COST);
  // It is counted all the same.
  expect((await payer.notes()).at(-1)?.usage).toMatchObject({ model: 'free', input_tokens: 300, cost: 0 });
});

it('charges a step whose time is over for what it has sent, and gives back the rest', async () => {
  const payer = await new Payer(bus).credit(100_000);
  let release: (() => void) | undefined;
  const hangs = new Promise<void>((resolve) => (release = resolve));
  model.on(CHAT, () => hangs.then(() => ({ hangUp: true })));
  const step = ask({ prompt: 'x'.repeat(3_000) }, { timeout: '200ms', retry: { max_attempts: 1 } });
  const end = await endOf(bus, await payer.start(workflowOf([step])));
  expect(end).toMatchObject({ type: 'failed', error: { code: 'STEP_TIMEOUT' } });
  await waitUntil('it is charged', async () => (await payer.account()).reservations.length === 0);
  const { balance } = await payer.account();
  expect(balance).toBeGreaterThan(98_000);
  expect(balance).toBeLessThan(99_001);
  release?.();
});

it('charges a call that is cut off, as nobody waits for it any more, for what it has sent', async () => {
  const payer = await new Payer(bus).credit(100_000);
  let release: (() => void) | undefined;
  const hangs = new Promise<void>((resolve) => (release = resolve));
  const calls = model.callsTo(CHAT).length;
  model.on(CHAT, () => hangs.then(() => ({ hangUp: true })));
  // It fails once the call is under way.
  model.on('/fails', async () => {
    await waitUntil('the call', () => model.callsTo(CHAT).length > calls);
    return { status: 404 };
  });
  const fails = { id: 'fails', type: 'http', config: { url: `${model.url}/fails` } };
  const branches = [{ steps: [ask({ prompt: 'x'.repeat(3_000) })] }, { steps: [fails] }];
  const steps = [{ id: 'both', type: 'parallel', config: { branches } }];
  expect(await endOf(bus, await payer.start(workflowOf(steps)))).toMatchObject({ type: 'failed' });
  await waitUntil('it is charged', async () => (await payer.account()).reservations.length === 0);
  const { balance } = await payer.account();
  expect(balance).toBeGreaterThan(98_000);
  expect(balance).toBeLessThan(99_001);
  release?.();
});

it('estimates what a model has used that does not say', async () => {
  const payer = await new Payer(bus).credit(100_000);
  model.sequence(CHAT, [chatAnswer('x'.repeat(30), { usage: undefined })]);
  expect(await endOf(bus, await payer.start(workflowOf([ask()])))).toMatchObject({ type: 'completed' });
  const [used] = (await payer.ledger()).slice(-1);
  expect(used).toMatchObject({ type: 'usage', usage: { input_tokens: null, output_tokens: null } });
  expect(used?.amount).toBe(-(7 + 10 * 10));
});

it.each([9_000_000_000_000_000, LIMITS.aiUsedTokens + 1])(
  'does not believe that %d tokens were used',
  async (tokens) => {
    const payer = await new Payer(bus).credit(100_000);
    const usage = { prompt_tokens: tokens, completion_tokens: tokens, total_tokens: tokens };
    model.sequence(CHAT, [chatAnswer('not JSON', { usage }), chatAnswer('{"ok": true}', { usage })]);
    const request = await payer.start(workflowOf([ask({ response_schema: { type: 'object' } })]));
    expect(await endOf(bus, request)).toMatchObject({ type: 'completed', output: { ok: true } });
    // Else nobody could read the account any more.
    expect((await payer.account()).balance).toBeGreaterThan(99_000);
    const used = (await payer.ledger()).filter(({ type }) => type === 'usage');
    expect(used).toMatchObject([1, 2].map(() => ({ usage: { input_tokens: null, output_tokens: null } })));
  },
);

it('notes what is used without a balance, once, and keeps no account', async () => {
  model.sequence(CHAT, [answer()]);
  const request = await startExecution(bus, workflowOf([ask()]));
  const events = await eventsAtEnd(bus, request);
  expect(events.find(({ type }) => type === 'step_completed')).toMatchObject({ usage: { cost: COST } });
  const payer = Object.assign(new Payer(bus), { organisation_id: request.organisation_id });
  const notes = await waitUntil('it is noted', async () => {
    const found = await payer.notes();
    return found.length > 0 ? found : null;
  });
  expect(notes).toMatchObject([{ usage: { cost: COST, model: MODEL } }]);
  expect(notes[0]).not.toHaveProperty('entry');
  await expect(payer.account()).rejects.toThrow('no account');
});

describe('a call', () => {
  const aCall = (
    payer: Payer,
    owner: 'installation' | 'organisation',
    { signal = new AbortController().signal, model = MODEL } = {},
  ) => {
    const [provider] = installationProviders({ MILLRACE_AI_PROVIDERS: providers as never });
    if (provider === undefined) throw new Error('There is no provider');
    const call = anEffectCall({ organisationId: payer.organisation_id, signal });
    const charges = new ModelCharges(bus, { input: 5, output: 25 }, systemClock, silentLogger());
    const chosen = { provider: { ...provider, owner }, model };
    return charges.begin({ call, number: 1, chosen, bytes: 100, maxTokens: MAX_TOKENS });
  };
  const usage = { provider: 'paid', model: MODEL, input_tokens: 300, output_tokens: 100, finish_reason: 'stop' };

  it('with a key of the organisation costs it nothing, also without credits, and is counted', async () => {
    const payer = await new Payer(bus).credit(0);
    expect(await (await aCall(payer, 'organisation')).used(usage, 5)).toBe(COST);
    expect(await payer.account()).toMatchObject({ balance: 0, reservations: [] });
    expect((await payer.notes()).at(-1)?.usage).toMatchObject({ owner: 'organisation', cost: COST });
  });

  it('of a model whose price nobody knows has no cost, and one that is free costs 0', async () => {
    const payer = await new Payer(bus).credit(0);
    expect(await (await aCall(payer, 'organisation', { model: 'unpriced' })).used(usage, 5)).toBeNull();
    expect((await payer.notes()).at(-1)?.usage).toMatchObject({ model: 'unpriced', cost: null });
    expect(await (await aCall(payer, 'organisation', { model: 'free' })).used(usage, 5)).toBe(0);
  });

  it('whose answer is too large to be read costs the most that it may', async () => {
    const payer = await new Payer(bus).credit(100_000);
    const charge = await aCall(payer, 'installation');
    const [reserved] = (await payer.account()).reservations;
    await charge.failed(new StepFailure('AI_ANSWER_TOO_LARGE', 'too large'), 5);
    expect(await payer.account()).toMatchObject({ balance: 100_000 - (reserved?.amount ?? 0), reservations: [] });
  });

  it.each([
    ['costs nothing before its first word', 0, 0],
    ['costs what was sent and what it said', 30, 34 + 10 * 10],
    ['costs no more of an answer than it may have', 90_000, 34 + MAX_TOKENS * 10],
  ])('whose answer breaks off %s', async (_, saidBytes, cost) => {
    const payer = await new Payer(bus).credit(100_000);
    const charge = await aCall(payer, 'installation');
    await charge.failed(new StepFailure('AI_UNAVAILABLE', 'It broke off'), saidBytes);
    expect(await payer.account()).toMatchObject({ balance: 100_000 - cost, reservations: [] });
    // Made again by another executor it is the same call.
    await (await aCall(payer, 'installation')).failed(new StepFailure('AI_UNAVAILABLE', 'It broke off'), saidBytes);
    expect((await payer.account()).balance).toBe(100_000 - cost);
  });

  it('whose answer breaks off takes what is left at most', async () => {
    const payer = await new Payer(bus).credit(100_000);
    const charge = await aCall(payer, 'installation');
    await payer.credit(50);
    await charge.failed(new StepFailure('AI_UNAVAILABLE', 'It broke off'), 30);
    expect(await payer.account()).toMatchObject({ balance: 0, reservations: [] });
  });

  it('that is ended in the middle of its answer costs what it said, too', async () => {
    const payer = await new Payer(bus).credit(100_000);
    const ended = new AbortController();
    const charge = await aCall(payer, 'installation', ended);
    ended.abort(new StepFailure('STEP_TIMEOUT', 'Its time is over'));
    await charge.failed(ended.signal.reason, 30);
    expect((await payer.account()).balance).toBe(100_000 - 34 - 10 * 10);
  });

  it('that nobody can charge any more is made all the same, and counted', async () => {
    const unsettled = async () => sumOf(samplesOf(await registry.metrics()), 'millrace_credits_unsettled_total');
    const payer = await new Payer(bus).credit(100_000);
    const [charge, before] = [await aCall(payer, 'installation'), await unsettled()];
    const filter = `$KV.credits.${payer.organisation_id}`;
    await bus.connection.request('$JS.API.STREAM.PURGE.KV_credits', JSON.stringify({ filter }));
    await charge.used(usage, 5);
    expect(await unsettled()).toBeGreaterThan(before);
  });

  it('that another executor is to make keeps what is held back for it, and costs nothing yet', async () => {
    const payer = await new Payer(bus).credit(100_000);
    const stopping = new AbortController();
    const charge = await aCall(payer, 'installation', stopping);
    stopping.abort(new ExecutorStoppingError());
    await charge.failed(stopping.signal.reason, 5);
    const { balance, reservations } = await payer.account();
    expect([balance, reservations.length]).toEqual([100_000, 1]);
  });
});

it('charges a call once that another executor makes again, whenever the first one died', async () => {
  const payer = await new Payer(bus).credit(10_000);
  const [provider] = installationProviders({ MILLRACE_AI_PROVIDERS: providers as never });
  if (provider === undefined) throw new Error('There is no provider');
  const { organisation_id: organisationId } = payer;
  const call = { call: anEffectCall({ organisationId }), number: 1, chosen: { provider, model: MODEL }, bytes: 100, maxTokens: MAX_TOKENS }; // prettier-ignore
  const executor = () => new ModelCharges(bus, { input: 5, output: 25 }, systemClock, silentLogger());
  const usage = { provider: 'paid', model: MODEL, input_tokens: 300, output_tokens: 100, finish_reason: 'stop' };
  // Died while it asked.
  await executor().begin(call);
  await (await executor().begin(call)).used(usage, 5);
  // Died before the result was in the journal.
  await (await executor().begin(call)).used(usage, 5);
  expect(await payer.account()).toMatchObject({ balance: 10_000 - COST, reservations: [] });
  // The next attempt is another call.
  await (await executor().begin({ ...call, call: anEffectCall({ organisationId, attempt: 2 }) })).used(usage, 5);
  expect(await payer.account()).toMatchObject({ balance: 10_000 - 2 * COST });
});
