import type { INestMicroservice } from '@nestjs/common';
import { EventOccurred } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { aMessage, IngestFixture, type MailboxOptions, type TestMailbox } from './ingest.fixture.js';
import { TokenFront } from './token-front.fixture.js';

/* A mailbox whose access token is valid no longer, and which is given another one. */

let fixture: IngestFixture;
let app: INestMicroservice;
let front: TokenFront;
let port: number;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  front = new TokenFront(fixture.dovecot, 'first-token');
  port = await front.listen();
  app = await fixture.start();
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  front.close();
});

const account = (secret: string): MailboxOptions => ({
  port,
  secret,
  imap: { type: 'xoauth2' },
  wanted: ['mailbox.unhealthy', 'mailbox.recovered'],
});

const events = async ({ organisationId: organisation_id }: TestMailbox) =>
  (await fixture.bus.readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);

it('stops when its token has expired, and with another one goes on where it was', async () => {
  const mailbox = await fixture.mailbox(account('first-token'));
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Before'));
  await fixture.untilStarted(mailbox, 1);
  front.replace('second-token');
  const { error } = await fixture.untilState(app, mailbox, 'stopped');
  expect(error).toMatch(/^The server refuses the login: .*It is not tried again until the mailbox is changed\.$/);
  const [told] = await waitUntil('the event', async () => {
    const found = await events(mailbox);
    return found.length > 0 ? found : null;
  });
  expect(told).toMatchObject({ type: 'mailbox.unhealthy', data: { mailbox_id: mailbox.id, error } });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'While it had expired'));
  await fixture.publish(mailbox, account('second-token'));
  await fixture.untilStarted(mailbox, 2);
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Behind it'));
  const starts = await fixture.untilStarted(mailbox, 3);
  expect(starts.map(({ input }) => (input as { subject: string }).subject)).toEqual([
    'Before',
    'While it had expired',
    'Behind it',
  ]);
  await waitUntil('the other event', async () => (await events(mailbox)).length === 2);
  expect((await events(mailbox)).map(({ type }) => type)).toEqual(['mailbox.unhealthy', 'mailbox.recovered']);
}, 400_000);
