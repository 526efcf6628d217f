import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import {
  LIMITS,
  newId,
  secretContext,
  SecretsSnapshot,
  TestStep,
  VariablesSnapshot,
  type StepTest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { FakeHttpServer, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectClient, queueIsEmpty, startExecutor } from './executor.fixture.js';

const CANARY = 'c4n4ry-Zq8Lr2Vn5Xw1Tb7Y';
const MASK = '••••';
const folder = mkdtempSync(join(tmpdir(), 'millrace-step-tests-'));
const keysFile = join(folder, 'master-keys');
const organisation_id = newId('organisation');

let nats: OwnServer;
let bus: NatsBus;
let server: FakeHttpServer;
let executor: INestMicroservice;

beforeAll(async () => {
  writeFileSync(keysFile, `first ${randomBytes(32).toString('base64')}\n`);
  nats = await startNats();
  bus = await connectClient(nats.url);
  server = await FakeHttpServer.start();
  executor = await startExecutor(nats.url, { masterKeysFile: keysFile });
  const secrets = { key: sealed(CANARY, secretContext(organisation_id, 'key'), new Keyring(keysFile)) };
  await bus.snapshots.put(SecretsSnapshot, { organisation_id }, { organisation_id, secrets });
  const variables = { city: '"Ulm"', plan: '"theirs"' };
  await bus.snapshots.put(VariablesSnapshot, { organisation_id }, { organisation_id, variables });
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await server?.stop();
  await nats?.stop();
  rmSync(folder, { recursive: true });
});

function tryStep(
  step: object,
  more: { context?: Record<string, unknown>; effects?: boolean; missing?: 'empty'; as?: string } = {},
) {
  const { context = {}, effects = true, as = organisation_id, missing } = more;
  const question = { organisation_id: as, step: step as Record<string, unknown>, context, effects };
  return bus.request(TestStep, { ...question, ...(missing && { missing }) }, { timeoutMs: 60_000 });
}
const transform = (output: unknown, rest: object = {}) => ({
  id: 'it',
  type: 'transform',
  config: { output },
  ...rest,
});
const http = (config: object, rest: object = {}) => ({ id: 'call', type: 'http', config, ...rest });
const codes = ({ problems }: StepTest) => problems.map(({ code, path }) => [code, path]);

describe('a step that only computes', () => {
  it('gives its output and its input, from what is sent and what the organisation has', async () => {
    const context = {
      input: { n: 2 },
      variables: { plan: 'ours' },
      steps: { fetch: { output: { status: 200, headers: {}, body: { price: 21 } }, type: 'http' } },
    };
    const output = ['{{fetch.data.price * input.n}}', '{{variables.city}}', '{{variables.plan}}'];
    expect(await tryStep(transform(output), { context, effects: false })).toEqual({
      status: 'completed',
      output: [42, 'Ulm', 'ours'],
      input: { output: [42, 'Ulm', 'ours'] },
      error: null,
      duration_ms: expect.any(Number) as number,
      problems: [],
    });
  });

  it('may be one of a loop, and may go on with steps that are not there', async () => {
    const context = { item: { n: 3 }, index: 4, loop: { first: false, last: true, index: 4, length: 5 } };
    expect(await tryStep(transform('{{item.n}}/{{index}}/{{loop.last}}'), { context })).toMatchObject({
      output: '3/4/true',
    });
    const config = { condition: '{{input.n}} > 1', true_branch: ['paid'], false_branch: 'unpaid' };
    const condition = { id: 'check', type: 'condition', config, next: 'elsewhere' };
    const tested = await tryStep(condition, { context: { input: { n: 2 } } });
    expect(tested).toMatchObject({ output: { result: true, branch: 'true' }, problems: [] });
  });

  it('is skipped when its condition does not hold, and fails where a value is missing', async () => {
    expect(await tryStep(transform(1, { if: 'input.yes' }), { context: { input: { yes: false } } })).toMatchObject({
      status: 'skipped',
      output: null,
      input: null,
    });
    const failed = await tryStep(transform('{{input.a.b}}'), { context: { input: {} } });
    expect(failed).toMatchObject({
      status: 'failed',
      error: {
        code: 'EXPRESSION_FAILED',
        details: { path: 'it', field: 'config.output', hint: expect.stringContaining('"context.input"') as string },
      },
      input: null,
      input_error: { code: 'EXPRESSION_FAILED' },
      retryable: false,
    });
    expect(await tryStep(transform('[{{input.a}}]'), { context: { input: {} }, missing: 'empty' })).toMatchObject({
      output: '[]',
    });
  });
});

describe('what cannot be tried', () => {
  it('has the problems that saving it would have, at their places in what was sent', async () => {
    const invalid = await tryStep(http({ url: 1, verb: 'GET' }));
    expect(invalid).toMatchObject({ status: 'invalid', output: null, input: null });
    expect(codes(invalid)).toEqual([
      ['wrong_type', 'step.config.url'],
      ['unknown_field', 'step.config.verb'],
    ]);
    expect(codes(await tryStep(transform('{{nowhere.output}}'), { context: { steps: { here: {} } } }))).toEqual([
      ['unknown_name', 'step.config.output'],
    ]);
    const without = await tryStep(transform('{{nowhere.output}}'));
    expect(without.problems[0]?.['hint']).toContain('results of other steps in "steps"');
    expect(codes(await tryStep({ type: 'transform', config: { output: 1 } }))).toEqual([['required', 'step.id']]);
    expect(codes(await tryStep({ id: 'it', type: 'poem' }))).toContainEqual(['unknown_step_type', 'step.type']);
    expect(codes(await tryStep(transform(1), { context: { steps: { 'no id': {} } } }))).toEqual([
      ['illegal_id', 'context.steps'],
    ]);
  });

  it.each(['loop', 'parallel', 'wait', 'approval', 'sub_workflow'])('is a step of the type %s', async (type) => {
    await expect(tryStep({ id: 'it', type, config: {} })).rejects.toMatchObject({
      code: 'STEP_NOT_TESTABLE',
      details: { step_type: type },
    });
  });
});

describe('a step that reaches outside', () => {
  it('is only rendered without effects, with what is secret masked', async () => {
    server.on('/rendered', () => ({ status: 200, body: '{}' }));
    const headers = { authorization: 'Bearer {{secrets.key}}', signed: '{{secrets.key + 1}}' };
    const tested = await tryStep(http({ url: `${server.url}/rendered`, headers }), { effects: false });
    expect(tested).toMatchObject({
      status: 'rendered',
      output: null,
      input: { url: `${server.url}/rendered`, headers: { authorization: `Bearer ${MASK}`, signed: MASK } },
    });
    expect(server.calls.filter(({ path }) => path === '/rendered')).toEqual([]);
  });

  it.each([
    ['email', { to: 'ada@example.com', subject: 'S', body: 'B' }],
    ['code', { source: 'return 1' }],
    ['ai_completion', { prompt: 'Hello' }],
  ])('of type %s is only rendered without effects, and made with them', async (type, config) => {
    const step = { id: 'it', type, config };
    expect(await tryStep(step, { effects: false })).toMatchObject({ status: 'rendered', output: null });
    expect(['completed', 'failed']).toContain((await tryStep(step)).status);
  });

  it('is run once, with secrets that nothing of the answer shows, and leaves no execution', async () => {
    server.on('/run', ({ headers }) => ({ status: 200, body: JSON.stringify({ got: headers['authorization'] }) }));
    const tested = await tryStep(http({ url: `${server.url}/run`, headers: { authorization: '{{secrets.key}}' } }));
    expect(server.calls.filter(({ path }) => path === '/run').map(({ headers }) => headers['authorization'])).toEqual([
      CANARY,
    ]);
    expect(tested).toMatchObject({
      status: 'completed',
      output: { status: 200, body: `{"got":"${MASK}"}` },
      error: null,
    });
    expect(JSON.stringify(tested)).not.toContain(CANARY);
    await queueIsEmpty(bus);
  });

  it('shows nothing of an output that holds secrets', async () => {
    server.on('/token', () => ({ status: 200, body: '{"token": "unheard-of-value"}' }));
    const tested = await tryStep(http({ url: `${server.url}/token` }, { secrets_in_output: true }));
    expect(tested).toMatchObject({ status: 'completed', output: MASK });
  });

  it('is tried once when it fails, and says whether an execution would try again', async () => {
    let calls = 0;
    server.on('/broken', () => {
      calls++;
      return { status: 503, body: 'away' };
    });
    expect(await tryStep(http({ url: `${server.url}/broken` }))).toMatchObject({
      status: 'failed',
      output: null,
      retryable: true,
      error: { code: 'HTTP_STATUS_ERROR', details: { path: 'call', status: 503 } },
    });
    expect(calls).toBe(1);
  });

  it('has its own timeout, and is refused what executions are refused', async () => {
    server.on('/slow', () => new Promise<never>(() => undefined));
    const slow = http({ url: `${server.url}/slow` }, { timeout: '1s' });
    expect(await tryStep(slow)).toMatchObject({ status: 'failed', error: { code: 'STEP_TIMEOUT' } });
    const inside = http({ url: 'http://169.254.169.254/latest/meta-data' });
    expect(await tryStep(inside)).toMatchObject({ status: 'failed', error: { code: 'HTTP_ADDRESS_BLOCKED' } });
  });

  it('says of a file what there is to know, and keeps none', async () => {
    server.on('/file', () => ({ status: 200, body: 'content' }));
    const tested = await tryStep(http({ url: `${server.url}/file`, response: 'file' }));
    expect(tested).toMatchObject({ status: 'completed', output: { body: { file: { size: 7 } } } });
    const { id } = (tested.output as { body: { file: { id: string } } }).body.file;
    expect(await bus.files.find(organisation_id, id)).toBeNull();
  });

  it('has no secrets of another organisation', async () => {
    const step = http({ url: `${server.url}/run`, headers: { authorization: '{{secrets.key}}' } });
    const before = server.calls.length;
    expect(await tryStep(step, { as: newId('organisation') })).toMatchObject({
      status: 'failed',
      error: { code: 'EXPRESSION_FAILED' },
    });
    expect(server.calls).toHaveLength(before);
  });
});

test('an organisation tries only so many steps at once, and others still try theirs', async () => {
  let open = 0;
  const answers: (() => void)[] = [];
  server.on('/held', async () => {
    open++;
    await new Promise<void>((resolve) => answers.push(resolve));
    return { status: 200, body: '{}' };
  });
  const step = http({ url: `${server.url}/held` });
  const most = LIMITS.stepTestsAtOncePerOrganisation;
  const running = Array.from({ length: most }, () => tryStep(step));
  await waitUntil('all of them to run', () => open === most);
  await expect(tryStep(transform(1))).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
  expect(await tryStep(transform(1), { as: newId('organisation') })).toMatchObject({ output: 1 });
  answers.forEach((end) => end());
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual(Array(most).fill('completed'));
  expect(await tryStep(transform(1))).toMatchObject({ output: 1 });
});
