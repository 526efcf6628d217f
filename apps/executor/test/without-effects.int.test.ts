import type { INestMicroservice } from '@nestjs/common';
import {
  accountEndpoints,
  CreateApprovalLink,
  GetCapabilities,
  newFileId,
  newId,
  RunRequested,
  TestStep,
  type ExecutionEvent,
  type TestRun,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { EXECUTABLE_STEP_TYPES, type ExecutableStepType } from '@millrace/schema';
import { FakeHttpServer, FakeSmtpServer, startNats, type OwnServer } from '@millrace/testing';
import { aRequest, connectClient, eventsAtEnd, startExecutor, workflowOf } from './executor.fixture.js';
import { saveWorkflow } from './saved-workflow.fixture.js';
import { chatAnswer, toolAnswer } from './support/model-answers.js';

/* What is tried without effects, with everything there that it could reach. */

const organisation_id = newId('organisation');

let nats: OwnServer;
let bus: NatsBus;
let web: FakeHttpServer;
let smtp: FakeSmtpServer;
let executor: INestMicroservice;
/** A workflow that calls the server. */
let child: string;

beforeAll(async () => {
  [nats, web, smtp] = await Promise.all([startNats(), FakeHttpServer.start(), FakeSmtpServer.start()]);
  web.on('/token', { body: { access_token: 'a', token_type: 'Bearer', expires_in: 3600 } });
  web.on('/v1/chat/completions', ({ body }) =>
    body.includes('"role":"tool"') ? chatAnswer('Done') : toolAnswer([{ id: 'call_1', name: 'look', input: {} }]),
  );
  bus = await connectClient(nats.url);
  await standInForOthers();
  const aiProviders = { own: { type: 'openai_compatible', base_url: `${web.url}/v1`, models: ['m'] } };
  executor = await startExecutor(nats.url, { aiProviders, smtpPort: smtp.port });
  const tool = { name: 'look', description: 'Looks', input_schema: { type: 'object' } };
  child = await saveWorkflow(bus, [call('in-child')], { settings: { tool } }, { organisation_id });
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await Promise.all([web?.stop(), smtp?.stop()]);
  await nats?.stop();
});
beforeEach(() => {
  web.calls.splice(0);
  smtp.connections = 0;
  // Else the next e-mail needs no new one.
  smtp.dropConnections();
});

/** In the places of history and definitions, which make the links of approvals. */
async function standInForOthers(): Promise<void> {
  const answer = (subject: string, body: object) =>
    bus.connection.subscribe(subject, { callback: (_, message) => void message.respond(JSON.stringify(body)) });
  answer(CreateApprovalLink.subject, { link_token: 'a'.repeat(32), expires_at: '2099-01-01T00:00:00.000Z' });
  const { example } = accountEndpoints.capabilities.answer;
  answer(GetCapabilities.subject, { ...example, public_url: 'https://mill.example' });
  await bus.connection.flush();
}

const call = (id: string) => ({ id: id.replace('-', '_'), type: 'http', config: { url: `${web.url}/${id}` } });
const mail = (id: string) => ({ id, type: 'email', config: { to: 'ada@example.com', subject: 'S', body: 'B' } });
const transform = (id: string) => ({ id, type: 'transform', config: { output: 1 } });

/** Of each type a step "it", with what follows it where it needs that; its texts read `input.name`. */
const STEPS: Record<ExecutableStepType, () => { config: object; rest?: object[] }> = {
  ai_completion: () => ({ config: { prompt: 'Hello {{input.name}}', tools: [{ workflow_id: child }] } }),
  http: () => ({
    config: {
      ...{ method: 'POST', url: `${web.url}/{{input.name}}`, body: { a: '{{input.name}}' } },
      auth: {
        ...{ type: 'oauth2_client_credentials', client_id: 'c', client_secret: 's' },
        token_url: `${web.url}/token`,
      },
    },
  }),
  email: () => ({ config: { to: 'ada@example.com', subject: 'For {{input.name}}', body: 'B' } }),
  sub_workflow: () => ({ config: { workflow_id: child, input: { a: '{{input.name}}' } } }),
  approval: () => ({
    config: {
      message: 'For {{input.name}}?',
      approvers: ['ada@example.com'],
      email: {},
      expires_in: '1s',
    },
  }),
  loop: () => ({ config: { items: [1, 2], steps: [call('in-loop'), mail('mail')] } }),
  parallel: () => ({ config: { branches: [{ steps: [call('in-branch')] }, { steps: [mail('mail')] }] } }),
  condition: () => ({ config: { condition: 'true', true_branch: 'then' }, rest: [transform('then')] }),
  switch: () => ({ config: { value: 1, cases: [{ equals: 1, then: 'then' }] }, rest: [transform('then')] }),
  transform: () => ({ config: { output: '{{input.name}}' } }),
  wait: () => ({ config: { duration: '1s' } }),
  code: () => ({ config: { source: 'return 1 + 1' } }),
  respond: () => ({ config: { body: '{{input.name}}' } }),
  stop: () => ({ config: {} }),
};

/** What a test of each type reaches, and the step runs that are only rendered in its place. */
const REACHED: Partial<Record<ExecutableStepType, [reached: string[], rendered: string[]]>> = {
  ai_completion: [['/in-child', '/v1/chat/completions'], ['it']],
  http: [['/Ada', '/token'], ['it']],
  email: [['smtp'], ['it']],
  sub_workflow: [['/in-child'], ['it']],
  approval: [['smtp'], ['it']],
  loop: [
    ['/in-loop', 'smtp'],
    ['it[0].in_loop', 'it[0].mail', 'it[1].in_loop', 'it[1].mail'],
  ],
  parallel: [
    ['/in-branch', 'smtp'],
    ['it[0].in_branch', 'it[1].mail'],
  ],
};

const stepOf = (type: ExecutableStepType) => ({ id: 'it', type, config: STEPS[type]().config });

async function tried(steps: object[], test: TestRun): Promise<readonly ExecutionEvent[]> {
  const request = {
    ...(await aRequest(bus, workflowOf(steps), { name: 'Ada' }, { organisation_id })),
    ...{ trigger: { type: 'test', runs: 'version' } as const, test },
  };
  await bus.publish(RunRequested, request);
  return eventsAtEnd(bus, request);
}

/** All that was reached, each once. */
const reached = (): string[] =>
  [...new Set([...web.calls.map(({ path }) => path), ...(smtp.connections > 0 ? ['smtp'] : [])])].sort();
const rendered = (events: readonly ExecutionEvent[]): string[] =>
  events
    .flatMap((event) => (event.type === 'step_completed' && event.stand_in === 'rendered' ? [event.path] : []))
    .sort();

it.each(EXECUTABLE_STEP_TYPES)('a step of the type %s reaches nothing without effects, but with them', async (type) => {
  const steps = [stepOf(type), ...(STEPS[type]().rest ?? [])];
  const [what, paths] = REACHED[type] ?? [[], []];
  const without = await tried(steps, { effects: false });
  expect(without.at(-1)?.type).toBe('completed');
  expect([reached(), rendered(without)]).toEqual([[], paths]);
  const withEffects = await tried(steps, {});
  expect(withEffects.at(-1)?.type).toBe('completed');
  expect([reached(), rendered(withEffects)]).toEqual([what, []]);
});

it.each(['http', 'email', 'ai_completion'] as const)(
  'a step of the type %s that is tried alone reaches nothing, and shows its input',
  async (type) => {
    const context = { input: { name: 'Ada' } };
    const { id, config } = stepOf(type);
    // With tools it would start others, and cannot be tried alone.
    const step = { id, type, config: { ...config, tools: undefined } };
    const question = { organisation_id, step, context, effects: false };
    const tested = await bus.request(TestStep, question, { timeoutMs: 60_000 });
    expect(tested).toMatchObject({ status: 'rendered', output: null, error: null });
    expect(JSON.stringify(tested.input)).toContain('Ada');
    expect(JSON.stringify(tested.input)).not.toContain('{{');
    expect(reached()).toEqual([]);
  },
);

it('reads no file for what it does not send', async () => {
  const id = newFileId(newId('execution'));
  const facts = { id, name: 'a.pdf', size: 1, type: 'application/pdf', sha256: 'a'.repeat(64) };
  const results = { kept: { by: 'pin', output: { file: facts } } } as const;
  const attachments = ['{{kept.output}}'];
  const steps = [
    transform('kept'),
    { id: 'mail', type: 'email', config: { to: 'ada@example.com', subject: 'S', body: 'B', attachments } },
    { id: 'ask', type: 'ai_completion', config: { prompt: 'P', attachments } },
  ];
  const without = await tried(steps, { effects: false, results });
  expect(rendered(without)).toEqual(['ask', 'mail']);
  expect((await tried(steps, { results })).at(-1)).toMatchObject({ type: 'failed', error: { code: 'FILE_NOT_FOUND' } });
});
