import { MASK, type ExecutionEvent } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { planWorkflow } from '@millrace/schema';
import { systemClock } from '../clock.js';
import { http } from '../steps/http.step.js';
import { loop } from '../steps/loop.step.js';
import { StepFailure } from '../steps/step-failure.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { stop } from '../steps/stop.step.js';
import { transform } from '../steps/transform.step.js';
import { wait } from '../steps/wait.step.js';
import { ExecutionRun } from '../executions/execution-run.js';
import { MemoryLedger } from '../executions/memory-ledger.js';
import { redactionBy, TextMask } from '@millrace/service-kit/redaction';

const SECRET = 'correct-horse-battery';
const mask = new TextMask();
mask.add(SECRET);

/** The service that the `http` steps call: it repeats what it was sent, in the way that the path asks for. */
async function repeat({ url, headers }: { url: string; headers?: Readonly<Record<string, string>> | undefined }) {
  const told = headers?.['x-key'] ?? '';
  if (url.endsWith('/fails')) throw new StepFailure('STEP_FAILED', `No ${told}`, { details: { told } });
  if (url.endsWith('/retried'))
    throw new StepFailure('HTTP_REQUEST_FAILED', `No way for ${told}`, { details: { told } });
  if (url.endsWith('/breaks')) throw new Error(`A defect near ${told}`);
  return { status: 200, url, headers: { 'content-type': 'text/plain', told }, body: Buffer.from(told) };
}

/** Runs steps that can read `secrets.key`, and returns everything that leaves them: events and log lines. */
async function run(steps: object[], rest: object = {}) {
  const document = { name: 'x', trigger: { type: 'webhook', config: {} }, steps, ...rest };
  const handlers = {
    http: http({ client: { request: repeat }, userAgent: '', clock: systemClock }),
    loop,
    stop,
    transform,
    wait,
  };
  const program = new WorkflowProgram(planWorkflow(document), 'Test', handlers);
  const events: ExecutionEvent[] = [];
  const lines: object[] = [];
  const secrets = { key: SECRET };
  const execution = new ExecutionRun({
    organisationId: 'org_1',
    executionId: 'exec_1',
    startedAt: new Date().toISOString(),
    seed: 'seed',
    program,
    redact: redactionBy([mask]),
    sealing: null,
    scope: { input: {}, variables: {}, secrets, env: {}, execution: {}, workflow: {}, trigger: {} },
    append: async (batch) => void events.push(...batch),
    clock: systemClock,
    random: Math.random,
    memory: new MemoryLedger(Infinity),
    metrics: { stepEnded: () => undefined, stepRetried: () => undefined },
    onDefect: (fields) => void lines.push(fields),
  });
  const at = new Date().toISOString();
  const trigger = { type: 'api' } as const;
  await execution.start({ type: 'started', at, workflow_id: 'w', version: 1, accepted_at: at, trigger });
  return { events, lines, end: events.at(-1), text: JSON.stringify(events) };
}

const reads = (id: string, output: unknown, rest: object = {}) => ({
  id,
  type: 'transform',
  config: { output },
  ...rest,
});
const calls = (path: string, rest: object = {}) => ({
  id: 'call',
  type: 'http',
  config: { url: `https://example.com/${path}`, headers: { 'X-Key': '{{secrets.key}}' } },
  ...rest,
});

describe('a number with many digits', () => {
  it('is masked when it is a secret, and stays what it is when it is none', () => {
    const digits = new TextMask();
    digits.add('9007199254740993');
    const redact = redactionBy([digits]);
    const leaving = parseJson('{"pin":9007199254740993,"id":1234567890123456789.5}');
    expect(stringifyJson(redact(leaving))).toBe(`{"pin":"${MASK}","id":1234567890123456789.5}`);
    const harmless = parseJson('[1234567890123456789]');
    expect(redact(harmless)).toBe(harmless);
  });
});

describe('what leaves a step is redacted', () => {
  it.each([
    ['the output of a pure step', [reads('a', { deep: ['key: {{secrets.key}}'] })]],
    ['the output of a step that reaches outside', [calls('told')]],
    ['a failure for good', [calls('fails')]],
    ['a failure that goes on', [calls('fails', { on_error: 'continue' }), reads('b', '{{call.error.message}}')]],
    ['a failure of an iteration', [{ id: 'l', type: 'loop', config: { items: [1], steps: [calls('fails')] } }]],
    [
      'an item of a loop',
      [{ id: 'l', type: 'loop', config: { items: ['{{secrets.key}}'], steps: [reads('b', '{{item}}')] } }],
    ],
    [
      'how a step ends the execution',
      [{ id: 's', type: 'stop', config: { status: 'failed', message: '{{secrets.key}}' } }],
    ],
  ])('%s', async (_what, steps) => {
    const { text } = await run(steps);
    expect(text).not.toContain(SECRET);
    expect(text).toContain(MASK);
  });

  it('a failure that is tried again', async () => {
    const { events } = await run([calls('retried', { retry: { max_attempts: 2, initial_delay: '1ms' } })]);
    const failures = events.filter((event) => event.type === 'step_failed');
    expect(failures).toMatchObject([
      { attempt: 1, error: { message: `No way for ${MASK}`, details: { told: MASK } } },
      { attempt: 2, error: { message: `No way for ${MASK}`, details: { told: MASK } } },
    ]);
  });

  it('a line of the log', async () => {
    const { lines } = await run([calls('breaks')]);
    expect(lines).toMatchObject([{ err: { message: `A defect near ${MASK}` }, path: 'call' }]);
  });

  it('the name of a signal is recorded as it is, so a secret is none', async () => {
    const waits = (signal: string) => [{ id: 'w', type: 'wait', config: { signal, timeout: '20ms' } }];
    const { end, text } = await run(waits('paid_{{secrets.key}}'));
    expect(text).not.toContain(SECRET);
    expect(end).toMatchObject({ type: 'failed', error: { code: 'EXPRESSION_FAILED', details: { path: 'w' } } });
    expect((await run([reads('a', '{{secrets.key}}'), ...waits('paid')])).end).toMatchObject({ type: 'completed' });
  });

  it('the output of the workflow itself', async () => {
    const { end } = await run([reads('a', 1)], { output: { key: '{{secrets.key}}' } });
    expect(end).toMatchObject({ type: 'completed', output: { key: MASK } });
  });

  it('a failure of the output of the workflow, which quotes the text that failed', async () => {
    const { end } = await run([reads('a', 1)], { output: `{{'${SECRET}' + input.none.at}}` });
    expect(end).toMatchObject({ type: 'failed', error: { code: 'EXPRESSION_FAILED' } });
    expect(JSON.stringify(end)).toContain(MASK);
    expect(JSON.stringify(end)).not.toContain(SECRET);
  });

  it('before another step reads it, so that a replay reads the same', async () => {
    const { end } = await run([reads('a', '{{secrets.key}}'), reads('b', '{{a.output == secrets.key}}')]);
    expect(end).toMatchObject({ type: 'completed', output: false });
  });
});

describe('a version', () => {
  const secretsOf = (steps: object[], rest: object = {}) =>
    new WorkflowProgram(planWorkflow({ name: 'x', steps, ...rest }), 'Test', {}).secrets;

  it('names the secrets of all its texts', () => {
    const nested = { id: 'l', type: 'loop', config: { items: [1], steps: [reads('inside', '{{secrets["nested"]}}')] } };
    const guarded = reads('a', 1, { if: 'secrets.guard == "x"', retry: { retry_if: 'secrets.again == "x"' } });
    expect(secretsOf([nested, guarded, calls('told')], { output: '{{secrets.out}}' })).toEqual([
      'again',
      'guard',
      'key',
      'nested',
      'out',
    ]);
  });
});
