import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsBus } from '@millrace/messaging';
import { FakeSmtpServer, waitUntil } from '@millrace/testing';
import { ExecutorScene } from './executor-scene.js';
import { ACK_WAIT_MS, entriesOf, eventsAtEnd, eventsOf, startExecution, workflowOf } from './executor.fixture.js';

let scene: ExecutorScene;
let bus: NatsBus;
let smtp: FakeSmtpServer;
let mail: { smtpPort: number };

beforeEach(async () => {
  scene = await ExecutorScene.open();
  ({ bus } = scene);
  smtp = await FakeSmtpServer.start();
  mail = { smtpPort: smtp.port };
});

afterEach(async () => {
  await scene.close();
  await smtp.stop();
});

const send = (config: object = {}, retry: object = {}) =>
  startExecution(
    bus,
    workflowOf([
      {
        id: 'send',
        type: 'email',
        config: { to: 'ada@example.com', subject: 'S', body: 'B', ...config },
        retry: { initial_delay: '10ms', jitter: false, ...retry },
      },
    ]),
  );

/** The first message that comes gets no reply; each further one is taken. */
const holdFirst = () => smtp.behave({ message: (number) => (number === 1 ? 'hang' : undefined) });

const IN_DOUBT = {
  type: 'failed',
  path: 'send',
  error: {
    code: 'EMAIL_POSSIBLY_SENT',
    details: { path: 'send', host: '127.0.0.1', message_id: expect.stringMatching(/^<\w+@example\.com>$/) as string },
  },
};

describe('an e-mail whose executor is gone before the server has said that it took it', () => {
  it('is not sent again by the one that takes over from one that was killed', async () => {
    holdFirst();
    const executor = await scene.spawn(mail);
    const request = await send();
    await smtp.waitForMessages(1);
    executor.kill('SIGKILL');
    await scene.spawn(mail);
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject(IN_DOUBT);
    expect(smtp.messages).toHaveLength(1);
  });

  it('is not sent again by the one that takes over from one that shuts down', async () => {
    holdFirst();
    const executor = await scene.start({ ...mail, graceMs: 50 });
    const request = await send();
    await smtp.waitForMessages(1);
    await scene.shutDown(executor);
    await scene.start(mail);
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject(IN_DOUBT);
    expect(smtp.messages).toHaveLength(1);
  });

  it('is not sent again even where retry_if asks for it', async () => {
    holdFirst();
    const executor = await scene.start({ ...mail, graceMs: 50 });
    const request = await send({}, { retry_if: 'true' });
    await smtp.waitForMessages(1);
    await scene.shutDown(executor);
    await scene.start(mail);
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject(IN_DOUBT);
    expect(smtp.messages).toHaveLength(1);
  });

  it('is not sent again, nor is its result changed, when the first one was only paused and goes on', async () => {
    const zombie = await scene.spawn(mail);
    smtp.behave({ message: () => void zombie.kill('SIGSTOP') });
    const request = await send();
    await smtp.waitForMessages(1);
    await sleep(ACK_WAIT_MS);
    await scene.spawn(mail);
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject(IN_DOUBT);
    const entries = await entriesOf(bus, request);
    zombie.kill('SIGCONT');
    await sleep(500);
    expect(await entriesOf(bus, request)).toEqual(entries);
    expect(smtp.messages).toHaveLength(1);
  });

  it('is sent again where the step says so, with the same bytes', async () => {
    holdFirst();
    const executor = await scene.start({ ...mail, graceMs: 50 });
    const request = await send({ repeat_when_unsure: true });
    await smtp.waitForMessages(1);
    await scene.shutDown(executor);
    await scene.start(mail);
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
    expect(smtp.messages).toHaveLength(2);
    expect(new Set(smtp.messages.map(({ raw }) => raw)).size).toBe(1);
  });
});

it('an e-mail that has not been handed over is sent by the one that takes over', async () => {
  let isReached = false;
  // It does not greet.
  const silent = createServer(() => (isReached = true));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const executor = await scene.start({ smtpPort: (silent.address() as AddressInfo).port, graceMs: 50 });
  const request = await send();
  await waitUntil('the server is reached', () => isReached);
  await scene.shutDown(executor);
  await scene.start(mail);
  expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
  expect(smtp.messages).toHaveLength(1);
  silent.close();
});

it('the journal says that an e-mail is in doubt before the server has it', async () => {
  smtp.behave({ message: () => 'hang' });
  await scene.start({ ...mail, graceMs: 50 });
  const request = await send();
  await smtp.waitForMessages(1);
  const types = (await eventsOf(bus, request)).map(({ type }) => type);
  expect(types).toEqual(['started', 'step_started', 'step_in_doubt']);
});
