import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { MailSendersSnapshot, RunRequested, type StoredMailSender } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { FakeSmtpServer, startNats, type OwnServer } from '@millrace/testing';
import { aRequest, connectClient, eventsAtEnd, startExecutor, workflowOf } from './executor.fixture.js';

/* An installation and one of its organisations each have a mail server of their own. */

const folder = mkdtempSync(join(tmpdir(), 'millrace-mail-choice-'));
const keysFile = join(folder, 'master-keys');

let nats: OwnServer;
let installation: FakeSmtpServer;
let organisation: FakeSmtpServer;
let bus: NatsBus;
let executor: INestMicroservice;

beforeAll(async () => {
  writeFileSync(keysFile, `first ${randomBytes(32).toString('base64')}\n`);
  [nats, installation, organisation] = await Promise.all([startNats(), FakeSmtpServer.start(), FakeSmtpServer.start()]);
  bus = await connectClient(nats.url);
  executor = await startExecutor(nats.url, { masterKeysFile: keysFile, smtpPort: installation.port });
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await Promise.all([installation?.stop(), organisation?.stop()]);
  await nats?.stop();
  rmSync(folder, { recursive: true });
});

it('a step sends by the account that it names, of its organisation, and else by that of the installation', async () => {
  const mail = { to: 'ada@example.com', body: 'B' };
  const steps = [
    { id: 'theirs', type: 'email', config: { ...mail, subject: 'Named', sender: 'support' } },
    { id: 'ours', type: 'email', config: { ...mail, subject: 'Not named' } },
  ];
  const request = await aRequest(bus, workflowOf(steps), {});
  const { organisation_id } = request;
  const stored: StoredMailSender = {
    ...{ host: '127.0.0.1', port: organisation.port, tls: 'none', user: null, password: null, rate_per_minute: 0 },
    from: 'Support <support@example.com>',
  };
  const senders = { support: JSON.stringify(stored) };
  await bus.snapshots.put(MailSendersSnapshot, { organisation_id }, { organisation_id, senders });
  await bus.publish(RunRequested, request);
  expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
  const sent = (server: FakeSmtpServer) => server.messages.map(({ from, mail }) => [mail.subject, from]);
  expect(sent(organisation)).toEqual([['Named', 'support@example.com']]);
  expect(sent(installation)).toEqual([['Not named', 'no-reply@example.com']]);
});
