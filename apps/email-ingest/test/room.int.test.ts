import type { INestMicroservice } from '@nestjs/common';
import { waitUntil } from '@millrace/testing';
import { HeldBytes } from '../src/imap/held-bytes.js';
import { ImapConnection } from '../src/imap/imap-connection.js';
import { MAIL_LIMITS } from '../src/limits.js';
import { MessageIntake } from '../src/messages/message-intake.js';
import { aMessage, IngestFixture } from './ingest.fixture.js';

/* Messages that wait for room among those that the process holds. */

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
}, 180_000);
beforeEach(async () => {
  app = await fixture.start();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => fixture.stop());

it('looks at the mailbox again and again while a message waits for room, and starts by it once there is some', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'roomMs', 200);
  const release = await app.get(HeldBytes).take('another organisation', MAIL_LIMITS.heldBytes);
  const looks = jest.spyOn(ImapConnection.prototype, 'openFolder');
  const sources = jest.spyOn(ImapConnection.prototype, 'source');
  const mailbox = await fixture.mailbox();
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Waits'));
  await waitUntil('it to wait', async () => (await fixture.messages(app, mailbox)).length > 0);
  const before = looks.mock.calls.length;
  const errors = new Set<string | undefined | null>();
  await waitUntil('five looks', async () => {
    errors.add((await fixture.health(app, mailbox))?.error);
    return looks.mock.calls.length >= before + 5;
  });
  // That it is looked at slowly, on a busy machine, says nothing of this.
  expect([...errors].filter((error) => error?.startsWith('It has not been looked at') !== true)).toEqual([null]);
  expect(sources).not.toHaveBeenCalled();
  release();
  await fixture.untilStarted(mailbox, 1);
  await fixture.end(app);
}, 120_000);

it('asks for the heads of messages only while there is room for them, of an organisation with others too', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'roomMs', 200);
  const held = app.get(MessageIntake).heldHeads;
  const release = await held.take('another organisation', MAIL_LIMITS.heldHeadBytes);
  const looks = jest.spyOn(ImapConnection.prototype, 'openFolder');
  const heads = jest.spyOn(ImapConnection.prototype, 'heads');
  const mailbox = await fixture.mailbox();
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Waits'));
  const before = looks.mock.calls.length;
  await waitUntil('three looks', () => looks.mock.calls.length >= before + 3);
  expect(heads).not.toHaveBeenCalled();
  release();
  await fixture.untilStarted(mailbox, 1);
  // What was taken for them is given back.
  (await held.take('another organisation', MAIL_LIMITS.heldHeadBytes))();
  await fixture.end(app);
}, 120_000);

it('ends while a message waits for room, which another process starts by', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'roomMs', 60 * 60_000);
  await app.get(HeldBytes).take('another organisation', MAIL_LIMITS.heldBytes);
  const mailbox = await fixture.mailbox();
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Waits'));
  await waitUntil('it to wait', async () => (await fixture.messages(app, mailbox)).length > 0);
  const replica = await fixture.start();
  await fixture.end(app);
  await fixture.untilStarted(mailbox, 1);
  await fixture.end(replica);
}, 120_000);
