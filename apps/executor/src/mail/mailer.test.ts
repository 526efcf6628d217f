import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeSmtpServer, waitUntil, type FakeSmtpBehaviour } from '@millrace/testing';
import { aMailer, runEmail, sendersOf } from '../../test/support/mail.js';
import { HastySmtpServer, type HastyReplies } from '../../test/support/hasty-smtp.js';
import { MovedClock } from '../../test/support/moved-clock.js';
import type { StepFailure } from '../steps/step-failure.js';
import type { MailMessage } from './mail-message.js';
import type { Mailer } from './mailer.js';
import type { MailSender, MailSenders } from './sender.js';

const CONFIG = { to: ['ada@example.com', 'grace@example.com'], subject: 'S', body: 'B' };

let server: FakeSmtpServer;
let mailer: Mailer;

beforeEach(async () => {
  server = await FakeSmtpServer.start();
  mailer = aMailer();
});

afterEach(async () => {
  mailer.close();
  await server.stop();
});

const run = (config: object = {}, account = {}): Promise<unknown> =>
  runEmail(mailer, sendersOf(server, account), { ...CONFIG, ...config });

/** Senders with one of an organisation, whose server is nothing the operator chose. */
function organisationSenders(sender: Partial<MailSender> = {}): MailSenders {
  const account = { host: '127.0.0.1', port: server.port, tls: 'none' } as const;
  const from = { name: '', address: 'support@example.com' };
  const whole = { key: 'k', label: '"support"', organisationId: 'org_1', account, from, ratePerMinute: 0, ...sender };
  return { find: () => Promise.resolve(whole) };
}

describe('what the server says', () => {
  it.each<[string, FakeSmtpBehaviour, string, boolean, number]>([
    ['421 in place of its greeting', { greeting: { status: 421, text: 'Busy' } }, 'EMAIL_FAILED', true, 421],
    ['554 in place of its greeting', { greeting: { status: 554, text: 'Go away' } }, 'EMAIL_REFUSED', false, 554],
    ['451 to a recipient', { recipient: () => ({ status: 451, text: 'Greylisted' }) }, 'EMAIL_FAILED', true, 451],
    ['550 to every recipient', { recipient: () => ({ status: 550, text: 'Unknown' }) }, 'EMAIL_REFUSED', false, 550],
    ['452 to the message', { message: () => ({ status: 452, text: 'Full' }) }, 'EMAIL_FAILED', true, 452],
    ['552 to the message', { message: () => ({ status: 552, text: 'Too big' }) }, 'EMAIL_REFUSED', false, 552],
    ['421 to the message', { message: () => ({ status: 421, text: 'Closing' }) }, 'EMAIL_FAILED', true, 421],
  ])('%s decides whether it is worth another attempt', async (_, behaviour, code, retryable, status) => {
    server.behave(behaviour);
    await expect(run()).rejects.toMatchObject({ code, retryable, details: { status, host: '127.0.0.1' } });
  });

  it('about one recipient is in the output, and the others get it', async () => {
    server.behave({ recipient: (address) => (address.startsWith('grace') ? { status: 550, text: 'No' } : undefined) });
    expect(await run()).toMatchObject({ accepted: ['ada@example.com'], rejected: ['grace@example.com'] });
    expect(server.messages).toMatchObject([{ recipients: ['ada@example.com'] }]);
  });

  it('is repeated in one line, bounded and without the password', async () => {
    await server.stop();
    server = await FakeSmtpServer.start({ password: 'right' });
    const password = 'a secret that nobody may read';
    const base64 = Buffer.from(password).toString('base64');
    server.behave({ login: { status: 535, text: `No: ${password} ${base64} ${'x'.repeat(2_000)}` } });
    const failure = (await run({}, { user: 'me', password }).catch((error: unknown) => error)) as StepFailure;
    expect(failure).toMatchObject({ code: 'EMAIL_REFUSED', retryable: false, details: { status: 535 } });
    expect(failure.message).toContain('does not let the sender of this installation log in: 535 No: •••• •••• xxx');
    expect(failure.message.length).toBeLessThan(700);
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(password);
  });

  it.each([
    ['in base64 behind something else', (password: string) => Buffer.from(`?${password}`).toString('base64')],
    ['in hex', (password: string) => Buffer.from(password).toString('hex').toUpperCase()],
    ['as part of an address', encodeURIComponent],
    ['in a JSON text', (password: string) => JSON.stringify({ password })],
    ['by half', (password: string) => password.slice(0, password.length / 2)],
  ])('is repeated without the password %s', async (_, written) => {
    await server.stop();
    server = await FakeSmtpServer.start({ password: 'right' });
    const password = 'kept "from" all/7f3a9c51d2';
    server.behave({ login: { status: 535, text: `No: ${written(password)} is wrong` } });
    const failure = (await run({}, { user: 'me', password }).catch((error: unknown) => error)) as StepFailure;
    expect(failure.message).toContain('••••');
    expect(failure.message).not.toContain(written(password).slice(2, -2));
  });

  it('lets the sender in by user and password', async () => {
    await server.stop();
    server = await FakeSmtpServer.start({ password: 'right' });
    await run({}, { user: 'me', password: 'right' });
    expect(server.messages).toMatchObject([{ user: 'me' }]);
  });
});

describe('a connection that breaks', () => {
  it('before the message is worth another attempt', async () => {
    server.behave({ recipient: () => 'drop' });
    await expect(run()).rejects.toMatchObject({ code: 'EMAIL_FAILED', retryable: true });
    const { port } = server;
    await server.stop();
    const gone = run({}, { port });
    await expect(gone).rejects.toMatchObject({ code: 'EMAIL_FAILED', details: { cause: 'ECONNREFUSED' } });
    server = await FakeSmtpServer.start();
  });

  it('after the message may mean that it was sent, which only the workflow can take the risk of', async () => {
    server.behave({ message: () => 'drop' });
    const unsure = {
      code: 'EMAIL_POSSIBLY_SENT',
      retryable: false,
      details: { message_id: expect.stringMatching(/^<\w+@example\.com>$/) as string },
    };
    await expect(run()).rejects.toMatchObject(unsure);
    await expect(run({ repeat_when_unsure: true })).rejects.toMatchObject({ ...unsure, retryable: true });
    expect(server.messages).toHaveLength(2);
  });

  it('after the message is not taken for one that nobody used, and the message goes no second time', async () => {
    await run();
    server.behave({ message: () => 'drop' });
    await expect(run()).rejects.toMatchObject({ code: 'EMAIL_POSSIBLY_SENT' });
    expect([server.messages.length, server.connections]).toEqual([2, 1]);
  });

  it('while nobody used it costs no attempt', async () => {
    await run();
    server.dropConnections();
    await run();
    expect(server.messages).toHaveLength(2);
    expect(server.connections).toBe(2);
  });
});

describe('a step that is stopped', () => {
  it('says that the e-mail may be sent once it was handed over', async () => {
    server.behave({ message: () => 'hang' });
    const controller = new AbortController();
    const told: (StepFailure | undefined)[] = [];
    const work = runEmail(mailer, sendersOf(server), CONFIG, {
      signal: controller.signal,
      failTimeoutWith: (failure) => told.push(failure),
    });
    await server.waitForMessages(1);
    controller.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect(told).toMatchObject([{ code: 'EMAIL_POSSIBLY_SENT', retryable: false }]);
    await waitUntil('the end of the connection', () => server.open === 0);
  });

  it('does not say so when the server never responded', async () => {
    const told: (StepFailure | undefined)[] = [];
    const failTimeoutWith = (failure: StepFailure | undefined): void => void told.push(failure);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(runEmail(mailer, sendersOf(server), CONFIG, { signal, failTimeoutWith })).rejects.toThrow('enough');
    expect([told, server.messages]).toEqual([[], []]);
  });
});

describe('a message that is announced before it goes', () => {
  it('is in the socket only when that is durable', async () => {
    let letGo = (): void => undefined;
    const told: StepFailure[] = [];
    const failLostWith = (failure: StepFailure): Promise<void> => {
      told.push(failure);
      return new Promise((resolve) => (letGo = resolve));
    };
    const work = runEmail(mailer, sendersOf(server), CONFIG, { failLostWith });
    await waitUntil('it is announced', () => told.length === 1);
    await sleep(100);
    expect(server.messages).toEqual([]);
    letGo();
    const { message_id } = (await work) as { message_id: string };
    expect(told).toMatchObject([{ code: 'EMAIL_POSSIBLY_SENT', retryable: false, details: { message_id } }]);
    expect(server.messages).toHaveLength(1);
  });

  it('does not go when that cannot be made durable', async () => {
    const failLostWith = (): Promise<void> => Promise.reject(new Error('Others go on with the execution'));
    await expect(runEmail(mailer, sendersOf(server), CONFIG, { failLostWith })).rejects.toMatchObject({
      code: 'EMAIL_FAILED',
    });
    await waitUntil('the end of the connection', () => server.open === 0);
    expect(server.messages).toEqual([]);
  });

  it('is not announced where the step takes the risk, nor while the server is not reached', async () => {
    const failLostWith = (): Promise<void> => Promise.reject(new Error('not to be called'));
    await runEmail(mailer, sendersOf(server), { ...CONFIG, repeat_when_unsure: true }, { failLostWith });
    expect(server.messages).toHaveLength(1);
    const { port } = server;
    await server.stop();
    const failure = runEmail(mailer, sendersOf({ port }), CONFIG, { failLostWith });
    await expect(failure).rejects.toMatchObject({ details: { cause: 'ECONNREFUSED' } });
    server = await FakeSmtpServer.start();
  });

  it('is announced once when a kept connection turns out to be closed', async () => {
    await run();
    server.dropConnections();
    let count = 0;
    const failLostWith = (): Promise<void> => Promise.resolve(void count++);
    await runEmail(mailer, sendersOf(server), CONFIG, { failLostWith });
    expect([count, server.messages.length]).toEqual([1, 2]);
  });
});

describe('the connections of a sender', () => {
  it('are few, and shared by what comes after', async () => {
    const count = 20;
    await Promise.all(Array.from({ length: count }, () => run()));
    expect(server.messages).toHaveLength(count);
    expect(server.connections).toBe(3);
  });

  it('are closed at the end', async () => {
    await run();
    expect(server.open).toBe(1);
    mailer.close();
    await waitUntil('the end of the connection', () => server.open === 0);
  });
});

describe('a sender of an organisation', () => {
  it('reaches no internal address, unless the operator allows it', async () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', '::ffff:127.0.0.1', '[::1]', '0.0.0.0', '169.254.169.254']) {
      const account = { host, port: server.port, tls: 'none' } as const;
      const senders = organisationSenders({ key: host, account });
      await expect(runEmail(mailer, senders, CONFIG)).rejects.toMatchObject({
        code: 'EMAIL_SERVER_BLOCKED',
        retryable: false,
      });
    }
    expect(server.connections).toBe(0);
    mailer = aMailer('127.0.0.1');
    await runEmail(mailer, organisationSenders(), CONFIG);
    expect(server.messages).toMatchObject([{ from: 'support@example.com' }]);
  });

  it('sends no more in a minute than it may: the next one waits without a connection', async () => {
    const clock = new MovedClock();
    mailer = aMailer('127.0.0.1', clock);
    const senders = organisationSenders({ ratePerMinute: 1 });
    await runEmail(mailer, senders, CONFIG);
    const second = runEmail(mailer, senders, CONFIG);
    await waitUntil('the one that waits', () => clock.waiting === 1);
    expect(server.messages).toHaveLength(1);
    clock.move(61_000);
    await second;
    expect(server.messages).toHaveLength(2);
  });
});

describe('TLS', () => {
  let folder: string;
  let pem: { key: Buffer; cert: Buffer };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mail-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
      stdio: 'ignore',
    });
    pem = { key: readFileSync(key), cert: readFileSync(cert) };
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is required: neither a password nor a message goes to a server without it', async () => {
    const failure = run({}, { tls: 'starttls', user: 'me', password: 'secret' });
    await expect(failure).rejects.toMatchObject({ code: 'EMAIL_FAILED', retryable: false });
    expect(server.messages).toEqual([]);
  });

  it('needs a certificate that can be checked', async () => {
    await server.stop();
    server = await FakeSmtpServer.start(pem);
    await expect(run({}, { tls: 'starttls' })).rejects.toMatchObject({
      code: 'EMAIL_FAILED',
      retryable: false,
      details: { cause: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });
});

describe('a server that replies before it was asked', () => {
  const hasty: HastySmtpServer[] = [];
  const started = async (replies: HastyReplies): Promise<HastySmtpServer> => {
    const one = await HastySmtpServer.start(replies);
    hasty.push(one);
    return one;
  };
  const mail = { ...CONFIG, to: 'ada@example.com' };
  afterEach(() => Promise.all(hasty.splice(0).map((one) => one.stop())));

  it.each<[string, HastyReplies]>([
    ['354 to the recipient, and again to DATA', { recipient: '250 Known\n354 Go on' }],
    ['354 to the message', { message: '354 Go on' }],
    ['451 together with 354, before a message that is small', { data: '354 Go on\n451 Later' }],
    ['250 together with 354, before a message that is small', { data: '354 Go on\n250 Taken' }],
  ])('%s, may have taken the message, which is not sent again', async (_, replies) => {
    const one = await started(replies);
    await expect(runEmail(mailer, sendersOf(one), mail)).rejects.toMatchObject({
      code: 'EMAIL_POSSIBLY_SENT',
      retryable: false,
      message: expect.stringContaining('the server replied out of turn') as string,
    });
    expect(one.messages.length).toBeLessThan(2);
  });

  it.each([['250 Taken'], ['451 Later']])('%s before the end of the message, may take it yet', async (reply) => {
    const one = await started({ data: `354 Go on\n${reply}` });
    async function* lines(): AsyncGenerator<string> {
      yield 'Subject: S\r\n\r\n';
      await sleep(2_000);
      yield 'B\r\n';
    }
    const message: MailMessage = {
      envelope: { from: 'a@example.com', to: ['ada@example.com'] },
      messageId: '<1@example.com>',
      raw: () => Readable.from(lines()),
    };
    const sender = await sendersOf(one).find('org_1', undefined);
    const sent = mailer.send(sender, () => Promise.resolve(message), {
      ...{ organisationId: 'org_1', signal: new AbortController().signal, timeoutMs: null },
      ...{ repeatWhenUnsure: false, failTimeoutWith: () => undefined },
    });
    await expect(sent).rejects.toMatchObject({ code: 'EMAIL_POSSIBLY_SENT', retryable: false });
  });

  it.each<[string, HastyReplies, string]>([
    ['354 to a recipient', { recipient: '354 Go on' }, 'EMAIL_FAILED'],
    ['554 to DATA', { data: '554 No' }, 'EMAIL_REFUSED'],
    ['451 to DATA', { data: '451 Later' }, 'EMAIL_FAILED'],
    ['451 to the message', { message: '451 Later' }, 'EMAIL_FAILED'],
  ])('%s, has not taken it', async (_, replies, code) => {
    const one = await started(replies);
    await expect(runEmail(mailer, sendersOf(one), mail)).rejects.toMatchObject({ code });
  });
});
