import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import {
  newId,
  RunRequested,
  secretContext,
  SecretsSnapshot,
  VariablesSnapshot,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { Keyring, resealed, sealed } from '@millrace/service-kit/sealing';
import { FakeHttpServer, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import {
  connectClient,
  eventsAtEnd,
  eventsOf,
  publishWorkflow,
  queueIsEmpty,
  startExecutor,
  workflowOf,
} from './executor.fixture.js';

const CANARY = 'c4n4ry-Zq8Lr2Vn5Xw1Tb7Y';
const TOKEN = 't0k3n-9Jm3Pc6Sf0Ga4Hd9Rk';
const MASK = '••••';
const folder = mkdtempSync(join(tmpdir(), 'millrace-executor-'));
const keysFile = join(folder, 'master-keys');
const line = (id: string): string => `${id} ${randomBytes(32).toString('base64')}\n`;

let nats: OwnServer;
let bus: NatsBus;
let server: FakeHttpServer;
let executor: INestMicroservice;

beforeAll(async () => {
  writeFileSync(keysFile, line('first'));
  process.env['MILLRACE_ENV_TEST_REGION'] = 'eu';
  nats = await startNats();
  bus = await connectClient(nats.url);
  server = await FakeHttpServer.start();
  executor = await startExecutor(nats.url, { masterKeysFile: keysFile });
});
afterAll(async () => {
  delete process.env['MILLRACE_ENV_TEST_REGION'];
  await executor.close();
  await bus.close();
  await server.stop();
  await nats.stop();
  rmSync(folder, { recursive: true });
});

async function storeSecrets(organisation_id: string, values: Record<string, string>): Promise<void> {
  const ring = new Keyring(keysFile);
  const secrets = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, sealed(value, secretContext(organisation_id, name), ring)]),
  );
  await bus.snapshots.put(SecretsSnapshot, { organisation_id }, { organisation_id, secrets });
}

async function aRequest(steps: object[], options: { rest?: object; secrets?: object } = {}): Promise<RunRequest> {
  const workflow = await publishWorkflow(bus, workflowOf(steps, options.rest));
  await storeSecrets(workflow.organisation_id, { key: CANARY, ...options.secrets });
  const accepted_at = new Date().toISOString();
  return {
    ...workflow,
    execution_id: newId('execution'),
    generation: 0,
    accepted_at,
    trigger: { type: 'api' },
    input: {},
  };
}

/** Runs it to its end. */
async function run(request: RunRequest): Promise<readonly ExecutionEvent[]> {
  await bus.publish(RunRequested, request);
  return eventsAtEnd(bus, request);
}

const transform = (id: string, output: unknown, rest: object = {}) => ({
  id,
  type: 'transform',
  config: { output },
  ...rest,
});
const call = (id: string, path: string, rest: object = {}) => ({
  id,
  type: 'http',
  config: { url: `${server.url}${path}`, headers: { 'X-Key': 'Bearer {{secrets.key}}' } },
  ...rest,
});

describe('a secret', () => {
  it('reaches the service that is called, and nothing of what comes back', async () => {
    server.on('/told', ({ headers }) => ({
      body: { told: headers['x-key'] },
      headers: { 'x-told': String(headers['x-key']) },
    }));
    const events = await run(await aRequest([call('told', '/told'), transform('next', '{{told.data.told}}')]));
    expect(server.calls.filter(({ path }) => path === '/told').map(({ headers }) => headers['x-key'])).toEqual([
      `Bearer ${CANARY}`,
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: `Bearer ${MASK}` });
    expect(JSON.stringify(events)).not.toContain(CANARY);
  });

  it('that does not exist fails the step that reads it, by its name', async () => {
    const events = await run(await aRequest([transform('a', '{{secrets.absent}}')]));
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'EXPRESSION_FAILED', details: { missing_path: 'secrets.absent' } },
    });
  });

  it('of another organisation is not there', async () => {
    const owner = await aRequest([transform('a', 1)]);
    const request = await aRequest([transform('a', '{{secrets.key ?? "none"}}')]);
    const { organisation_id } = request;
    const snapshot = await bus.snapshots.get(SecretsSnapshot, owner);
    await bus.snapshots.put(
      SecretsSnapshot,
      { organisation_id },
      { ...snapshot, organisation_id, secrets: snapshot?.secrets ?? {} },
    );
    expect((await run(request)).at(-1)).toMatchObject({ type: 'failed', error: { code: 'SECRET_UNREADABLE' } });
    await bus.snapshots.put(SecretsSnapshot, { organisation_id }, { ...owner, secrets: snapshot?.secrets ?? {} });
    const again = { ...request, execution_id: newId('execution') };
    expect((await run(again)).at(-1)).toMatchObject({ type: 'completed', output: 'none' });
  });

  it('is the new one in executions that begin after it was replaced', async () => {
    const steps = [transform('a', '{{secrets.key.hash()}}')];
    const request = await aRequest(steps);
    const first = await run(request);
    await storeSecrets(request.organisation_id, { key: 'another-value' });
    const second = await run({ ...request, execution_id: newId('execution') });
    expect(first.at(-1)).toMatchObject({ type: 'completed' });
    expect((second.at(-1) as { output?: unknown }).output).not.toEqual((first.at(-1) as { output?: unknown }).output);
  });

  it('waits for its master key when that is not there yet, and fails no step meanwhile', async () => {
    const request = await aRequest([call('told', '/late')]);
    const before = readFileSync(keysFile, 'utf8');
    // What definitions does with a key that has not reached this machine.
    const aside = join(folder, 'aside');
    writeFileSync(aside, line('later') + before);
    const snapshot = await bus.snapshots.get(SecretsSnapshot, request);
    const text = resealed(
      snapshot?.secrets['key'] ?? '',
      secretContext(request.organisation_id, 'key'),
      new Keyring(aside),
    );
    const { organisation_id } = request;
    await bus.snapshots.put(SecretsSnapshot, { organisation_id }, { organisation_id, secrets: { key: text } });
    await bus.publish(RunRequested, request);
    await waitUntil('it was given back', async () =>
      (await bus.connection.request('$JS.API.CONSUMER.LIST.RUNS'))
        .json<{
          consumers: { num_redelivered: number }[];
        }>()
        .consumers.some(({ num_redelivered }) => num_redelivered > 0),
    );
    expect((await eventsOf(bus, request)).filter(({ type }) => type.startsWith('step_'))).toEqual([]);
    writeFileSync(keysFile, readFileSync(aside));
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
    await queueIsEmpty(bus);
  });
});

describe('a step with secrets_in_output', () => {
  const login = () => ({ ...call('login', '/login'), secrets_in_output: true });
  beforeEach(() => {
    server.on('/login', { body: { token: TOKEN, kind: 'x' } });
    server.on('/used', ({ headers }) => ({ body: { told: headers['authorization'] } }));
  });
  const use = {
    id: 'use',
    type: 'http',
    config: { url: '', headers: { Authorization: 'Bearer {{login.data.token}}' } },
  };
  const used = () => ({ ...use, config: { ...use.config, url: `${server.url}/used` } });

  it('passes its result on whole, and shows nothing of it', async () => {
    const events = await run(await aRequest([login(), used(), transform('last', 'kind: {{login.data.kind}}')]));
    expect(server.calls.findLast(({ path }) => path === '/used')?.headers['authorization']).toBe(`Bearer ${TOKEN}`);
    const results = events.filter((event) => event.type === 'step_completed');
    expect(results[0]).toMatchObject({ path: 'login', output: MASK, sealed: expect.stringMatching(/^v1\.later\./) });
    expect(results[1]).toMatchObject({ path: 'use', output: { body: { told: `Bearer ${MASK}` } } });
    expect(results[2]).toMatchObject({ path: 'last', output: 'kind: x' });
    expect(JSON.stringify(events)).not.toContain(TOKEN);
  });

  it('calls nobody for a file, which could not be kept, and is not tried again', async () => {
    const before = server.calls.length;
    const file = { ...login(), retry: { max_attempts: 3, initial_delay: '10ms', retry_if: 'true' } };
    const events = await run(await aRequest([{ ...file, config: { ...file.config, response: 'file' } }]));
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'STEP_FAILED', message: expect.stringContaining('can write no file') },
    });
    expect(events.filter(({ type }) => type === 'step_failed')).toHaveLength(1);
    expect(server.calls.slice(before)).toEqual([]);
  });

  it('has it after the execution was suspended and went on from its journal', async () => {
    const wait = { id: 'hold', type: 'wait', config: { duration: '3s' } };
    const before = server.calls.length;
    const events = await run(await aRequest([login(), wait, used()]));
    expect(events.map(({ type }) => type)).toContain('woken');
    expect(server.calls.slice(before).map(({ path }) => path)).toEqual(['/login', '/used']);
    expect(server.calls.at(-1)?.headers['authorization']).toBe(`Bearer ${TOKEN}`);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: { body: { told: `Bearer ${MASK}` } } });
    expect(JSON.stringify(events)).not.toContain(TOKEN);
  });

  it('hides what it is inside of, and the output of the execution that it is', async () => {
    const loop = {
      id: 'l',
      type: 'loop',
      config: { items: [1, 2], steps: [transform('inner', { n: '{{item}}' }, { secrets_in_output: true })] },
    };
    const events = await run(await aRequest([loop]));
    expect(events.filter((event) => event.type === 'step_completed').map(({ path, output }) => [path, output])).toEqual(
      [
        ['l[0].inner', MASK],
        ['l[1].inner', MASK],
        ['l', MASK],
      ],
    );
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: MASK });
    const stop = {
      id: 's',
      type: 'stop',
      config: { status: 'failed', message: 'short', output: 7 },
      secrets_in_output: true,
    };
    const ended = await run(await aRequest([stop]));
    expect(JSON.stringify(ended)).not.toMatch(/short|7\}/);
  });

  it('fails when its result is too large to be kept so', async () => {
    server.on('/login', { body: { token: 'x'.repeat(70_000) } });
    const events = await run(await aRequest([{ ...login(), retry: { max_attempts: 1 } }]));
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'OUTPUT_TOO_LARGE' } });
    expect(JSON.stringify(events)).not.toContain('xxxx');
  });
});

describe('variables and env', () => {
  it('are those of the start, also when somebody changes them meanwhile; the own ones of a workflow win', async () => {
    const steps = [
      { id: 'hold', type: 'wait', config: { duration: '3s' } },
      transform('last', ['{{variables.region}}', '{{variables.own}}', '{{env.TEST_REGION}}']),
    ];
    const request = await aRequest(steps, { rest: { variables: { own: 'mine' } } });
    const { organisation_id } = request;
    const store = (variables: Record<string, string>) =>
      bus.snapshots.put(VariablesSnapshot, { organisation_id }, { organisation_id, variables });
    await store({ region: '{"name":"eu"}', own: '"theirs"', other: '1' });
    await bus.publish(RunRequested, request);
    await waitUntil('it waits', async () => (await eventsOf(bus, request)).some(({ type }) => type === 'suspended'));
    await store({ region: '"changed"' });
    const events = await eventsAtEnd(bus, request);
    expect(events[0]).toMatchObject({
      type: 'started',
      variables: { region: { name: 'eu' } },
      env: { TEST_REGION: 'eu' },
    });
    expect(events[0]).not.toMatchObject({ variables: { other: 1 } });
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: [{ name: 'eu' }, 'mine', 'eu'] });
  });

  it('are not recorded for a version that reads none', async () => {
    const request = await aRequest([transform('a', '{{input}}')]);
    const { organisation_id } = request;
    await bus.snapshots.put(VariablesSnapshot, { organisation_id }, { organisation_id, variables: { region: '1' } });
    const [started] = await run(request);
    expect(started).not.toHaveProperty('variables');
    expect(started).not.toHaveProperty('env');
  });
});

describe('a secret or variable that there is not', () => {
  it('fails the step with the one of the organisation that is probably meant', async () => {
    const request = await aRequest([transform('it', '{{secrets.shop_tokn}}')], { secrets: { shop_token: TOKEN } });
    const [failed] = (await run(request)).filter(({ type }) => type === 'step_failed');
    expect(failed).toMatchObject({ error: { details: { hint: 'Did you mean "shop_token"?' } } });
    const other = await aRequest([transform('it', '{{variables.regoin}}')]);
    const { organisation_id } = other;
    await bus.snapshots.put(VariablesSnapshot, { organisation_id }, { organisation_id, variables: { region: '"eu"' } });
    const [lacking] = (await run(other)).filter(({ type }) => type === 'step_failed');
    expect(lacking).toMatchObject({ error: { details: { hint: 'Did you mean "region"?' } } });
    const stranger = await aRequest([transform('it', '{{variables.regoin}}')]);
    expect(JSON.stringify(await run(stranger))).not.toContain('region');
  });
});
