import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  mailSenderContext,
  MailSendersSnapshot,
  RunRequested,
  type ExecutionEvent,
  type StoredMailSender,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { Authority, FakeSmtpServer, startNats, type OwnServer } from '@millrace/testing';
import { aRequest, connectClient, eventsAtEnd, spawnExecutor, workflowOf } from './executor.fixture.js';

/* The executor in a process of its own: whose certificates it trusts is decided when it starts. */

const PASSWORD = 'c4n4ry-Zq8Lr2Vn5Xw1Tb7Y';
const folder = mkdtempSync(join(tmpdir(), 'millrace-mail-tls-'));
const keysFile = join(folder, 'master-keys');
const authority = new Authority();

let nats: OwnServer;
let bus: NatsBus;
let executor: ChildProcess;
let servers: Record<'starttls' | 'implicit', FakeSmtpServer>;

beforeAll(async () => {
  writeFileSync(keysFile, `first ${randomBytes(32).toString('base64')}\n`);
  const account = { ...authority.server, password: PASSWORD };
  servers = {
    starttls: await FakeSmtpServer.start(account),
    implicit: await FakeSmtpServer.start({ ...account, secure: true }),
  };
  nats = await startNats();
  bus = await connectClient(nats.url);
  executor = await spawnExecutor(nats.url, {
    settings: { MILLRACE_MASTER_KEYS_FILE: keysFile, MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1,localhost' },
    env: { NODE_EXTRA_CA_CERTS: authority.file },
  });
}, 180_000);
afterAll(async () => {
  const ended = once(executor, 'exit');
  executor.kill('SIGTERM');
  await ended;
  await bus.close();
  await nats.stop();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  authority.remove();
  rmSync(folder, { recursive: true });
});
beforeEach(() => Object.values(servers).forEach(({ messages }) => messages.splice(0)));

/** The end of an execution that sends one e-mail as the user "me". */
async function sent(
  account: Pick<StoredMailSender, 'host' | 'port' | 'tls'>,
  password = PASSWORD,
): Promise<ExecutionEvent | undefined> {
  const config = { to: 'ada@example.com', subject: 'S', body: 'B', sender: 'support' };
  const request = await aRequest(bus, workflowOf([{ id: 'send', type: 'email', config }]));
  const { organisation_id } = request;
  const stored: StoredMailSender = {
    ...account,
    user: 'me',
    password: sealed(password, mailSenderContext(organisation_id, 'support'), new Keyring(keysFile)),
    from: 'Support <support@example.com>',
    rate_per_minute: 0,
  };
  const senders = { support: JSON.stringify(stored) };
  await bus.snapshots.put(MailSendersSnapshot, { organisation_id }, { organisation_id, senders });
  await bus.publish(RunRequested, request);
  return (await eventsAtEnd(bus, request)).at(-1);
}

describe.each(['starttls', 'implicit'] as const)('a mail server with %s TLS', (tls) => {
  it('gets login and e-mail encrypted', async () => {
    const { port, messages } = servers[tls];
    expect(await sent({ host: 'localhost', port, tls })).toMatchObject({ type: 'completed' });
    expect(messages).toMatchObject([{ user: 'me', isEncrypted: true, recipients: ['ada@example.com'] }]);
  });

  it('gets no e-mail under a name that its certificate does not have', async () => {
    const { port, messages } = servers[tls];
    const end = await sent({ host: '127.0.0.1', port, tls });
    const details = { cause: 'ERR_TLS_CERT_ALTNAME_INVALID', host: '127.0.0.1' };
    expect(end).toMatchObject({ type: 'failed', error: { code: 'EMAIL_FAILED', details } });
    expect(messages).toEqual([]);
  });

  it('gets no e-mail of a sender that it does not let in', async () => {
    const { port, messages } = servers[tls];
    const end = await sent({ host: 'localhost', port, tls }, 'another password');
    expect(end).toMatchObject({ type: 'failed', error: { code: 'EMAIL_REFUSED', details: { status: 535 } } });
    expect(messages).toEqual([]);
  });
});
