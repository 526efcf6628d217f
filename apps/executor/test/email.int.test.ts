import type { INestMicroservice } from '@nestjs/common';
import type { NatsBus } from '@millrace/messaging';
import { FakeSmtpServer, startNats, type OwnServer } from '@millrace/testing';
import { connectClient, eventsAtEnd, startExecution, startExecutor } from './executor.fixture.js';

let nats: OwnServer;
let smtp: FakeSmtpServer;
let bus: NatsBus;
let executor: INestMicroservice;

beforeAll(async () => {
  [nats, smtp] = await Promise.all([startNats(), FakeSmtpServer.start()]);
  bus = await connectClient(nats.url);
  executor = await startExecutor(nats.url, { smtpPort: smtp.port });
});

afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await smtp?.stop();
  await nats?.stop();
});

beforeEach(() => void smtp.behave({}).messages.splice(0));

const send = (config: object = {}, more: object = {}) => ({
  name: 'Mail',
  steps: [
    {
      id: 'send',
      type: 'email',
      config: { to: '{{input.to}}', subject: 'S', body: 'B', ...config },
      retry: { initial_delay: '10ms', jitter: false },
      ...more,
    },
  ],
});

const run = async (document: object) =>
  eventsAtEnd(bus, await startExecution(bus, document, { to: 'ada@example.com' }));

describe('an e-mail step', () => {
  it('is tried again after a temporary failure, with the same bytes', async () => {
    smtp.behave({ message: (number) => (number < 3 ? { status: 451, text: 'Later' } : undefined) });
    const end = (await run(send())).at(-1);
    expect(end).toMatchObject({ type: 'completed', output: { accepted: ['ada@example.com'] } });
    expect(new Set(smtp.messages.map(({ raw }) => raw)).size).toBe(1);
    expect(smtp.messages).toHaveLength(3);
  });

  it.each([
    ['a refusal', () => ({ status: 550, text: 'No' }), {}, 'EMAIL_REFUSED'],
    ['a connection that breaks after the message', () => 'drop' as const, {}, 'EMAIL_POSSIBLY_SENT'],
    ['a timeout after the message', () => 'hang' as const, { timeout: '300ms' }, 'EMAIL_POSSIBLY_SENT'],
  ])('is not tried again after %s', async (_, message, more, code) => {
    smtp.behave({ message });
    expect((await run(send({}, more))).at(-1)).toMatchObject({ type: 'failed', error: { code } });
    expect(smtp.messages).toHaveLength(1);
  });

  it.each([
    ['a connection that breaks', () => 'drop' as const, {}],
    ['a timeout', () => 'hang' as const, { timeout: '300ms' }],
  ])(
    'is not tried again after %s, when nobody knows whether it arrives, even where retry_if asks for it',
    async (_, message, more) => {
      smtp.behave({ message });
      const retry = { initial_delay: '10ms', jitter: false, retry_if: 'true' };
      const error = { code: 'EMAIL_POSSIBLY_SENT' };
      expect((await run(send({}, { ...more, retry }))).at(-1)).toMatchObject({ type: 'failed', error });
      expect(smtp.messages).toHaveLength(1);
    },
  );

  it('is tried again after a refusal where retry_if asks for it', async () => {
    smtp.behave({ message: (number) => (number === 1 ? { status: 550, text: 'No' } : undefined) });
    const retry = { initial_delay: '10ms', jitter: false, retry_if: 'error.code == "EMAIL_REFUSED"' };
    expect((await run(send({}, { retry }))).at(-1)).toMatchObject({ type: 'completed' });
    expect(smtp.messages).toHaveLength(2);
  });

  it('is tried again after such a timeout when the workflow takes the risk', async () => {
    smtp.behave({ message: (number) => (number === 1 ? 'hang' : undefined) });
    const events = await run(send({ repeat_when_unsure: true }, { timeout: '1s' }));
    expect(events.at(-1)).toMatchObject({ type: 'completed' });
    expect(smtp.messages.map(({ mail }) => mail.messageId)).toEqual(Array(2).fill(smtp.messages[0]?.mail.messageId));
  });
});
