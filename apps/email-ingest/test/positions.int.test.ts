import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { MAIL_LIMITS } from '../src/limits.js';
import { IngestedMessagesRepository } from '../src/messages/ingested-messages.repository.js';
import { aMessage, IngestFixture, type MailboxOptions, type TestMailbox } from './ingest.fixture.js';

/* Where a mailbox begins when its position means nothing any more. With new numbers of messages that are known: `mailboxes.int.test.ts`. */

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

/** Nobody looks at it until it is published again. */
async function leaveAlone(mailbox: TestMailbox): Promise<void> {
  await fixture.publish(mailbox, { port: 9 });
  await fixture.untilState(app, mailbox, 'unhealthy');
}

async function lookAgain(mailbox: TestMailbox, options: MailboxOptions = {}): Promise<void> {
  await fixture.publish(mailbox, options);
  await fixture.untilState(app, mailbox, 'healthy');
}

const subjectsOf = async (mailbox: TestMailbox) =>
  (await fixture.starts(mailbox)).map(({ input }) => (input as { subject: string }).subject);

it('in another folder it begins anew: what is there is left alone, as in the first one', async () => {
  const mailbox = await fixture.mailbox();
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'In the first'));
  await fixture.untilStarted(mailbox, 1);
  await leaveAlone(mailbox);
  for (const part of ['', 'tmp', 'new', 'cur'])
    mkdirSync(join(fixture.dovecot.mailFolder(mailbox.user), '.Orders', part), { recursive: true });
  for (let number = 1; number <= 3; number++)
    fixture.deliver(mailbox, aMessage(mailbox.address, `Old ${number}`), 'Orders');
  await lookAgain(mailbox, { imap: { folder: 'Orders' } });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'In the second'), 'Orders');
  await fixture.untilStarted(mailbox, 2);
  expect(await subjectsOf(mailbox)).toEqual(['In the first', 'In the second']);
});

it('a message that is too old to be known by its record starts nothing again when the server numbers all messages anew', async () => {
  const mailbox = await fixture.mailbox({ port: 9, since: 'all' });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Long ago'));
  const folder = join(fixture.dovecot.mailFolder(mailbox.user), 'new');
  const longAgo = new Date(Date.now() - MAIL_LIMITS.knownMs - 60_000);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), longAgo, longAgo);
  await lookAgain(mailbox, { since: 'all' });
  await fixture.untilStarted(mailbox, 1);
  await leaveAlone(mailbox);
  // As its time to live does.
  await app.get(IngestedMessagesRepository).model.deleteMany({ organisation_id: mailbox.organisationId });
  fixture.dovecot.doveadm('mailbox', 'update', '-u', mailbox.user, '--uid-validity', '987654', 'INBOX');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'New'));
  await lookAgain(mailbox, { since: 'all' });
  await fixture.untilDealtWith(app, mailbox, 'New');
  expect(await subjectsOf(mailbox)).toEqual(['Long ago', 'New']);
});
