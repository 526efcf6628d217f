import type { INestMicroservice } from '@nestjs/common';
import {
  accountEndpoints,
  approvalIdOf,
  CreateApprovalLink,
  GetCapabilities,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import { silentLogger } from '@millrace/service-kit/logging';
import { FakeSmtpServer, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import {
  connectClient,
  eventsAtEnd,
  eventsOf,
  queueIsEmpty,
  startExecution,
  startExecutor,
  workflowOf,
} from './executor.fixture.js';

type Mailed = Extract<ExecutionEvent, { type: 'approval_mailed' }>;

let nats: OwnServer;
let smtp: FakeSmtpServer;
let bus: NatsBus;
let executor: INestMicroservice;
/** The approvers for whom links were made, in order: the token of the n-th is n, 32 times over. */
let linked: string[];

beforeAll(async () => {
  [nats, smtp] = await Promise.all([startNats(), FakeSmtpServer.start()]);
  bus = await connectClient(nats.url);
  // In the places of history and definitions, which are other processes.
  bus.connection.subscribe(CreateApprovalLink.subject, {
    callback: (_, message) => {
      const { approver } = message.json<{ approver: string }>();
      const link_token = String.fromCharCode(97 + linked.length).repeat(32);
      linked.push(approver);
      message.respond(JSON.stringify({ link_token, expires_at: '2099-01-01T00:00:00.000Z' }));
    },
  });
  bus.connection.subscribe(GetCapabilities.subject, {
    callback: (_, message) => {
      const { example } = accountEndpoints.capabilities.answer;
      message.respond(JSON.stringify({ ...example, public_url: 'https://mill.example' }));
    },
  });
  await bus.connection.flush();
  executor = await startExecutor(nats.url, { smtpPort: smtp.port });
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await smtp?.stop();
  await nats?.stop();
});
beforeEach(() => {
  smtp.behave({}).messages.splice(0);
  linked = [];
});

const ask = (config: object = {}) =>
  workflowOf([
    { id: 'ask', type: 'approval', config: { message: 'Pay 12?', data: { invoice: 'R-1' }, email: {}, ...config } },
  ]);
const mailed = async (request: RunRequest): Promise<Mailed[]> =>
  (await eventsOf(bus, request)).filter((event): event is Mailed => event.type === 'approval_mailed');
const suspended = async (request: RunRequest): Promise<void> => {
  await waitUntil('it is suspended', async () => (await eventsOf(bus, request)).at(-1)?.type === 'suspended' || null);
  await queueIsEmpty(bus);
};
const tokens = (): (string | undefined)[] =>
  smtp.messages.map(({ mail }) => /\/links\/(\w{32})/.exec(mail.text ?? '')?.[1]);
const ids = (): (string | undefined)[] => smtp.messages.map(({ mail }) => mail.messageId);

function decide(request: RunRequest, by: string): Promise<number> {
  const event: ExecutionEvent = {
    ...{ type: 'approval_decided', at: new Date().toISOString(), path: 'ask', by, decision_id: by },
    ...{ approval_id: approvalIdOf(request.execution_id, 'ask', 1), decision: 'approved', outcome: 'approved' },
  };
  return new JournalAsides(bus, silentLogger()).write(request, async () => ({ events: [event], wakes: true }));
}

it('sends each approver that is an address a link of their own, which the journal has not', async () => {
  const approvers = ['ada@example.com', 'tok_01kaxh3v9m0000000000000000', 'Bob <bob@example.com>'];
  const request = await startExecution(bus, ask({ approvers, email: { subject: 'Invoice\nR-1' } }));
  await suspended(request);
  expect(await mailed(request)).toMatchObject([
    { path: 'ask', number: 0, attempt: 1, result: 'sent' },
    { path: 'ask', number: 0, attempt: 1, result: 'sent' },
  ]);
  expect((await mailed(request)).map(({ to }) => to).sort()).toEqual(['Bob <bob@example.com>', 'ada@example.com']);
  expect(smtp.messages.map(({ recipients }) => recipients.join()).sort()).toEqual([
    'ada@example.com',
    'bob@example.com',
  ]);
  for (const { mail } of smtp.messages) {
    expect(mail.subject).toBe('Invoice R-1');
    expect(mail.text).toMatch(
      /Pay 12\?[^]*invoice: R-1[^]*https:\/\/mill\.example\/v1\/approvals\/appr_\w+\/links\/\w{32}/,
    );
  }
  expect([...new Set(tokens())].sort()).toEqual(['a'.repeat(32), 'b'.repeat(32)]);
  expect(new Set(ids()).size).toBe(2);
  const text = JSON.stringify(await eventsOf(bus, request));
  for (const token of tokens()) expect(text).not.toContain(token);
  await decide(request, 'ada@example.com');
  expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed', output: { approved: true } });
  expect(smtp.messages).toHaveLength(2);
});

it('tries one again that was not taken, by the same Message-ID and holding nobody meanwhile; the approval waits whatever becomes of it', async () => {
  smtp.behave({
    message: (number) => {
      const token = tokens().at(-1);
      return number === 1 ? { status: 451, text: `Later: ${token}` } : { status: 550, text: `No: ${token}` };
    },
  });
  const request = await startExecution(bus, ask({ approvers: 'ada@example.com' }));
  await suspended(request);
  const [first] = await mailed(request);
  expect(first).toMatchObject({ result: 'failed', attempt: 1, error: { code: 'EMAIL_FAILED' } });
  expect(first?.retry_at).toBeDefined();
  await waitUntil('it was tried again', async () => (await mailed(request)).length > 1 || null);
  await suspended(request);
  expect(await mailed(request)).toMatchObject([{}, { result: 'failed', attempt: 2, error: { code: 'EMAIL_REFUSED' } }]);
  expect((await mailed(request))[1]?.retry_at).toBeUndefined();
  expect([smtp.messages.length, new Set(ids()).size]).toEqual([2, 1]);
  const text = JSON.stringify(await eventsOf(bus, request));
  for (const token of tokens()) expect(text).not.toContain(token);
  await decide(request, 'ada@example.com');
  expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
});

it('says that one was possibly sent, and sends it no second time; reminds by mail who has not decided', async () => {
  smtp.behave({ message: (number) => (number === 1 ? 'drop' : undefined) });
  const config = { approvers: ['ada@example.com'], remind_every: '2500ms', max_reminders: 1, expires_in: '1h' };
  const request = await startExecution(bus, ask(config));
  await waitUntil('it was reminded by mail', async () => (await mailed(request)).length > 1 || null);
  await suspended(request);
  expect(await mailed(request)).toMatchObject([
    { number: 0, result: 'unsure', message_id: ids()[0], error: { code: 'EMAIL_POSSIBLY_SENT' } },
    { number: 1, result: 'sent', message_id: ids()[1] },
  ]);
  expect(smtp.messages).toHaveLength(2);
  expect(ids()[0]).not.toBe(ids()[1]);
  expect(smtp.messages[1]?.mail.subject).toBe('Reminder: To approve: Pay 12?');
});

it('goes out again, recognisably, when the executor died before it could write that it had left', async () => {
  smtp.behave({ message: () => 'hang' });
  const request = await startExecution(bus, ask({ approvers: ['ada@example.com'] }));
  await smtp.waitForMessages(1);
  await executor.close();
  smtp.behave({});
  executor = await startExecutor(nats.url, { smtpPort: smtp.port });
  await suspended(request);
  expect(await mailed(request)).toMatchObject([{ result: 'sent', attempt: 1 }]);
  expect([smtp.messages.length, new Set(ids()).size]).toEqual([2, 1]);
});
