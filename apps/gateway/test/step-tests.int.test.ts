import {
  StartsSnapshot,
  stepTestEndpoints,
  TestStep,
  TokenSnapshot,
  ValidateWorkflow,
  workflowEndpoints,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { startGateway, TOKEN, type RunningGateway } from './gateway.fixture.js';

const tested = stepTestEndpoints.test.answer.example;
const broken = {
  severity: 'error',
  code: 'code_syntax',
  path: 'steps[0].config.source',
  message: 'the code does not parse: Unexpected token (line 1, column 7)',
};

let gateway: RunningGateway;
/** In the place of the services that save workflows and try steps, which are other processes. */
let others: NatsBus;
/** What they were asked, the newest last. */
const asked: [subject: string, question: Record<string, unknown>][] = [];
let problems: object[] = [];

beforeAll(async () => {
  gateway = await startGateway();
  others = await connectBus({ url: gateway.natsUrl, name: 'others', logger: silentLogger });
  const answers: [{ readonly subject: string }, () => unknown][] = [
    [ValidateWorkflow, () => ({ ...(workflowEndpoints.validate.answer.example as object), problems })],
    [TestStep, () => tested],
  ];
  for (const [{ subject }, answer] of answers)
    others.connection.subscribe(subject, {
      callback: (_, message) => {
        asked.push([subject, message.json<Record<string, unknown>>()]);
        message.respond(JSON.stringify(answer()));
      },
    });
  await others.connection.flush();
}, 180_000);
afterAll(async () => {
  await others.close();
  await gateway.stop();
});
beforeEach(() => {
  asked.splice(0);
  problems = [];
});

const tryStep = (step: object, effects = true) =>
  gateway.call('POST', '/v1/steps/test', { body: JSON.stringify({ step, effects }) });
const code = (source: unknown) => ({ id: 'run', type: 'code', config: { source, input: '{{input}}' } });

describe('a step with code that is tried', () => {
  it.each([true, false])('is invalid where it could not be saved, and is not run (effects: %s)', async (effects) => {
    problems = [{ ...broken, code: 'unknown_name', path: 'name' }, broken];
    const { status, body } = await tryStep(code('retur 5'), effects);
    expect([status, body]).toEqual([
      200,
      {
        ...{ status: 'invalid', output: null, input: null, error: null, duration_ms: 0 },
        problems: [{ ...broken, path: 'step.config.source' }, ...tested.problems],
      },
    ]);
    expect(asked.map(([subject, { effects: run }]) => [subject, run])).toEqual([
      [ValidateWorkflow.subject, undefined],
      [TestStep.subject, false],
    ]);
    expect(asked[0]?.[1]['document']).toMatchObject({ steps: [{ type: 'code', config: { source: 'retur 5' } }] });
  });

  it('is run as it is where it parses', async () => {
    expect((await tryStep(code('return 5'))).body).toEqual(tested);
    expect(asked.at(-1)).toEqual([
      TestStep.subject,
      expect.objectContaining({ effects: true, step: code('return 5') }),
    ]);
  });
});

it.each([{ id: 'it', type: 'transform', config: { output: 1 } }, code(5), { id: 'run', type: 'code' }])(
  'nobody is asked about the code of %j',
  async (step) => {
    await tryStep(step);
    expect(asked.map(([subject]) => subject)).toEqual([TestStep.subject]);
  },
);

it('while all starts are paused a step is tried without effects alone', async () => {
  const pause = (paused: boolean) =>
    others.snapshots.put(StartsSnapshot, undefined, { paused, since: '2026-11-25T01:00:00.000Z', reason: 'Upgrade' });
  const step = { id: 'it', type: 'transform', config: { output: 1 } };
  await pause(true);
  await waitUntil('the gateway knows', async () => (await tryStep(step)).status === 503);
  asked.splice(0);
  expect(await tryStep(step)).toMatchObject({ status: 503, body: { error: { code: 'STARTS_PAUSED' } } });
  expect(asked).toEqual([]);
  expect(await tryStep(step, false)).toMatchObject({ status: 200, body: tested });
  await pause(false);
  await waitUntil('the gateway knows', async () => (await tryStep(step)).status === 200);
});

it('the executor gets whether who asks may read files', async () => {
  const token = 'test-token-that-only-writes';
  const scoped = { token_id: 'tok_2', organisation_id: 'org_a', scopes: ['workflows:write'] };
  await others.snapshots.put(TokenSnapshot, { token_hash: tokenHash(token) }, scoped);
  const body = JSON.stringify({ step: code(5), effects: true });
  for (const each of [token, TOKEN]) await gateway.call('POST', '/v1/steps/test', { token: each, body });
  expect(asked.map(([, { files }]) => files)).toEqual([false, true]);
});
