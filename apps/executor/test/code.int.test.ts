import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { RunRequested, secretContext, SecretsSnapshot, type ExecutionEvent } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { startNats, type OwnServer } from '@millrace/testing';
import { aRequest, connectClient, eventsAtEnd, startExecution, startExecutor, workflowOf } from './executor.fixture.js';

const SECRET = 's3cr3t-Zq8Lr2Vn5Xw1Tb7Y';
const folder = mkdtempSync(join(tmpdir(), 'millrace-code-'));
const keysFile = join(folder, 'master-keys');

let nats: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice;

beforeAll(async () => {
  writeFileSync(keysFile, `first ${randomBytes(32).toString('base64')}\n`);
  nats = await startNats();
  bus = await connectClient(nats.url);
  executor = await startExecutor(nats.url, { masterKeysFile: keysFile });
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await nats?.stop();
  rmSync(folder, { recursive: true });
});

const codeStep = (source: string, more: object = {}, input: unknown = '{{input}}'): object => ({
  id: 'run',
  type: 'code',
  config: { source, input },
  ...more,
});
const resultOf = (events: readonly ExecutionEvent[]) =>
  events.find((event) => (event.type === 'step_completed' || event.type === 'step_failed') && event.path === 'run');

/** Runs a step that is given a secret. */
async function withSecret(step: object): Promise<ExecutionEvent[]> {
  const request = await aRequest(bus, workflowOf([step]));
  const { organisation_id } = request;
  const secrets = { key: sealed(SECRET, secretContext(organisation_id, 'key'), new Keyring(keysFile)) };
  await bus.snapshots.put(SecretsSnapshot, { organisation_id }, { organisation_id, secrets });
  await bus.publish(RunRequested, request);
  return eventsAtEnd(bus, request, 60_000);
}

describe('a step with code', () => {
  it('has its output and its log recorded', async () => {
    const source = 'console.log("got", input); return input.map((n) => n + 1)';
    const request = await startExecution(bus, workflowOf([codeStep(source)]), [1, 2]);
    const events = await eventsAtEnd(bus, request, 60_000);
    expect(resultOf(events)).toMatchObject({ type: 'step_completed', output: [2, 3], log: ['got [1,2]'] });
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: [2, 3] });
  });

  it('keeps its log when it fails', async () => {
    const document = workflowOf([codeStep('console.log("before")\nthrow new Error("no luck")')]);
    const events = await eventsAtEnd(bus, await startExecution(bus, document), 60_000);
    expect(resultOf(events)).toMatchObject({
      type: 'step_failed',
      log: ['before'],
      error: { code: 'CODE_FAILED', message: 'Error: no luck (line 2)', details: { line: 2 } },
    });
  });

  it('shows no secret: not in its output, not in its log, not in its error', async () => {
    const shown = await withSecret(codeStep('console.log("key", input); return { key: input }', {}, '{{secrets.key}}'));
    expect(resultOf(shown)).toMatchObject({ output: { key: '••••' }, log: ['key ••••'] });
    const thrown = await withSecret(codeStep('throw new Error("bad key " + input)', {}, '{{secrets.key}}'));
    expect(resultOf(thrown)).toMatchObject({ error: { message: 'Error: bad key •••• (line 1)' } });
    const sealedStep = codeStep(
      'console.log([...input].join(" ")); return [...input]',
      { secrets_in_output: true },
      '{{secrets.key}}',
    );
    const hidden = await withSecret(sealedStep);
    expect(resultOf(hidden)).not.toHaveProperty('log');
    expect(JSON.stringify([shown, thrown, hidden])).not.toContain(SECRET);
  });

  it('that has a sealed output says of its error the name and the line, in each attempt', async () => {
    const step = codeStep(
      'throw new TypeError([...input].reverse().join(""))',
      { secrets_in_output: true, retry: { max_attempts: 2, initial_delay: '10ms', retry_if: 'true' } },
      '{{secrets.key}}',
    );
    const events = await withSecret(step);
    const message = expect.stringMatching(/^TypeError \(line 1\); what it says is not recorded/) as string;
    const error = { code: 'CODE_FAILED', message, details: { path: 'run', error: 'TypeError', line: 1 } };
    const failed = events.filter(({ type }) => type === 'step_failed');
    expect(failed).toMatchObject([{ error }, { error }]);
    expect(events.at(-1)).toMatchObject({ type: 'failed', error });
    expect(JSON.stringify(events)).not.toContain([...SECRET].reverse().join(''));
  });

  it('ends by its own timeout, and is tried again when it says so', async () => {
    const step = codeStep('for (;;);', {
      timeout: '200ms',
      retry: { max_attempts: 2, initial_delay: '10ms', retry_if: 'true' },
    });
    const events = await eventsAtEnd(bus, await startExecution(bus, workflowOf([step])), 60_000);
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'STEP_TIMEOUT' } });
    expect(events.filter(({ type }) => type === 'step_failed')).toHaveLength(2);
  });

  it('holds up no other execution while it takes all the time that it has', async () => {
    const bombs = await Promise.all(
      Array.from({ length: 3 }, () => startExecution(bus, workflowOf([codeStep('for (;;);', { timeout: '5s' })]))),
    );
    const plain = workflowOf([{ id: 'a', type: 'transform', config: { output: 'there' } }]);
    const others = await Promise.all(Array.from({ length: 20 }, () => startExecution(bus, plain)));
    for (const other of others)
      expect((await eventsAtEnd(bus, other)).at(-1)).toMatchObject({ type: 'completed', output: 'there' });
    for (const bomb of bombs) expect((await eventsAtEnd(bus, bomb, 60_000)).at(-1)).toMatchObject({ type: 'failed' });
  });
});
