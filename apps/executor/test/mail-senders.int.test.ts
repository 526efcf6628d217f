import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import {
  mailSenderContext,
  MailSendersSnapshot,
  newId,
  RunRequested,
  TestMailSender,
  type StoredMailSender,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { FakeSmtpServer, startNats, type OwnServer } from '@millrace/testing';
import { InstallationSenders } from '../src/mail/installation-senders.js';
import { OrganisationSenders } from '../src/mail/organisation-senders.js';
import { checkedSignature } from './support/dkim.js';
import { connectClient, eventsAtEnd, publishWorkflow, startExecutor, workflowOf } from './executor.fixture.js';

const CANARY = 'c4n4ry-Zq8Lr2Vn5Xw1Tb7Y';
const folder = mkdtempSync(join(tmpdir(), 'millrace-executor-mail-'));
const keysFile = join(folder, 'master-keys');

let nats: OwnServer;
let smtp: FakeSmtpServer;
let bus: NatsBus;
let executor: INestMicroservice;

beforeAll(async () => {
  writeFileSync(keysFile, `first ${randomBytes(32).toString('base64')}\n`);
  [nats, smtp] = await Promise.all([startNats(), FakeSmtpServer.start()]);
  bus = await connectClient(nats.url);
  // Without an account of the installation.
  executor = await startExecutor(nats.url, { masterKeysFile: keysFile });
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await smtp?.stop();
  await nats?.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => void smtp.behave({}).messages.splice(0));

/** Publishes a sender as `definitions` does, under the name "support". */
async function publish(organisation_id: string, more: Partial<StoredMailSender> = {}): Promise<void> {
  const stored: StoredMailSender = {
    ...{ host: '127.0.0.1', port: smtp.port, tls: 'none', user: null, password: null, rate_per_minute: 0 },
    from: 'Support <support@example.com>',
    ...more,
  };
  const senders = { support: JSON.stringify(stored) };
  await bus.snapshots.put(MailSendersSnapshot, { organisation_id }, { organisation_id, senders });
}

const MAIL = { to: 'ada@example.com', subject: 'S', body: 'B' };

async function run(config: object, sender?: Partial<StoredMailSender>, owner: { organisation_id?: string } = {}) {
  const steps = [{ id: 'send', type: 'email', config: { ...MAIL, ...config }, retry: { max_attempts: 1 } }];
  const workflow = await publishWorkflow(bus, workflowOf(steps), owner);
  if (sender !== undefined) await publish(workflow.organisation_id, sender);
  const request = {
    ...workflow,
    execution_id: newId('execution'),
    generation: 0,
    accepted_at: new Date().toISOString(),
    trigger: { type: 'api' as const },
    input: {},
  };
  await bus.publish(RunRequested, request);
  return (await eventsAtEnd(bus, request)).at(-1);
}

describe('an e-mail step that names a sender of its organisation', () => {
  it('sends by its account and its address, or by another of the workflow', async () => {
    expect(await run({ sender: 'support' }, {})).toMatchObject({ type: 'completed' });
    expect(await run({ sender: 'support', from: 'Sales <sales@example.com>' }, {})).toMatchObject({
      type: 'completed',
    });
    expect(smtp.messages.map(({ mail }) => mail.from?.text)).toEqual([
      '"Support" <support@example.com>',
      '"Sales" <sales@example.com>',
    ]);
  });

  it('fails for one that it does not have, also if another organisation has it', async () => {
    await publish(newId('organisation'));
    expect(await run({ sender: 'support' })).toMatchObject({ error: { code: 'MAIL_SENDER_NOT_FOUND' } });
    expect(await run({ sender: 'constructor' }, {})).toMatchObject({ error: { code: 'MAIL_SENDER_NOT_FOUND' } });
    expect(smtp.messages).toEqual([]);
  });

  it('reaches no internal server that the operator did not allow', async () => {
    const failed = await run({ sender: 'support' }, { host: '127.0.0.2' });
    expect(failed).toMatchObject({ error: { code: 'EMAIL_SERVER_BLOCKED' } });
  });

  it('without a name has no account, when the installation has none', async () => {
    expect(await run({}, {})).toMatchObject({ error: { code: 'EMAIL_NOT_CONFIGURED' } });
  });

  it('signs by the key of the sender', async () => {
    const organisation_id = newId('organisation');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const private_key = sealed(pem, mailSenderContext(organisation_id, 'support'), new Keyring(keysFile));
    const dkim = { domain: 'example.com', selector: 'mail2026', private_key };
    expect(await run({ sender: 'support' }, { dkim }, { organisation_id })).toMatchObject({ type: 'completed' });
    const signature = checkedSignature(smtp.messages[0]?.raw ?? '', publicKey);
    expect(signature).toMatchObject({ domain: 'example.com', selector: 'mail2026', isRight: true });
    expect(signature.signedHeaders).toEqual(expect.arrayContaining(['from', 'to', 'subject', 'message-id', 'date']));
    const changed = (smtp.messages[0]?.raw ?? '').replace('Subject: S', 'Subject: T');
    expect(checkedSignature(changed, publicKey).isRight).toBe(false);
  });

  it('uses a changed sender from then on', async () => {
    const organisation = newId('organisation');
    const senders = new OrganisationSenders(bus, new Keyring(keysFile), NONE);
    await publish(organisation);
    const before = await senders.find(organisation, 'support');
    expect(await senders.find(organisation, 'support')).toBe(before);
    await publish(organisation, { from: 'other@example.com' });
    const after = await senders.find(organisation, 'support');
    expect([after.from.address, after.key === before.key]).toEqual(['other@example.com', false]);
  });
});

const NONE = new InstallationSenders({ account: undefined, from: undefined, ratePerMinute: 0 });

describe('the password of a sender', () => {
  it('opens for its organisation and its name alone', async () => {
    const [owner, thief] = [newId('organisation'), newId('organisation')];
    const ring = new Keyring(keysFile);
    const password = sealed(CANARY, mailSenderContext(owner, 'support'), ring);
    const login = { tls: 'starttls', user: 'support', password } as const;
    await publish(owner, login);
    await publish(thief, login);
    const senders = new OrganisationSenders(bus, ring, NONE);
    expect((await senders.find(owner, 'support')).account).toMatchObject({ user: 'support', password: CANARY });
    await expect(senders.find(thief, 'support')).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });
});

describe('the test of a sender', () => {
  const test = (organisation_id: string, to = 'ada@example.com', name = 'support') =>
    bus.request(TestMailSender, { organisation_id, name, to }, { timeoutMs: 30_000 });

  it('sends one e-mail and returns what the server said', async () => {
    const organisation = newId('organisation');
    await publish(organisation);
    const result = await test(organisation);
    expect(result).toMatchObject({ accepted: ['ada@example.com'], rejected: [] });
    expect(smtp.messages).toMatchObject([
      { recipients: ['ada@example.com'], mail: { messageId: result.message_id, subject: 'Test of a mail sender' } },
    ]);
  });

  it('returns why the server refuses it, and what is wrong with an address or a name', async () => {
    const organisation = newId('organisation');
    await publish(organisation);
    smtp.behave({ message: () => ({ status: 550, text: 'Not from here' }) });
    await expect(test(organisation)).rejects.toMatchObject({
      code: 'EMAIL_REFUSED',
      message: expect.stringContaining('Not from here') as string,
    });
    await expect(test(organisation, 'a@example.com, b@example.com')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(test(organisation, 'ada@example.com', 'other')).rejects.toMatchObject({
      code: 'MAIL_SENDER_NOT_FOUND',
      details: { sender_name: 'other' },
    });
    await expect(test(newId('organisation'))).rejects.toMatchObject({ code: 'MAIL_SENDER_NOT_FOUND' });
  });
});
