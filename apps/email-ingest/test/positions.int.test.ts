import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { waitUntil } from '@millrace/testing';
import { MAIL_LIMITS } from '../src/limits.js';
import { MailboxDirectory } from '../src/mailboxes/mailbox-directory.js';
import { IngestedMessagesRepository } from '../src/messages/ingested-messages.repository.js';
import { aMessage, BEFORE, IngestFixture, type MailboxOptions, type TestMailbox } from './ingest.fixture.js';
import { MisbehavingServers } from './misbehaving-server.fixture.js';

/* Where a mailbox begins when its position means nothing any more. With new numbers of messages that are known: `mailboxes.int.test.ts`. */

let fixture: IngestFixture;
let app: INestMicroservice;
const servers = new MisbehavingServers();
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  servers.close();
});

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

it('what started nothing starts nothing by a new number either, whatever triggers take by then', async () => {
  const mailbox = await fixture.mailbox({ port: 9, since: 'all', trigger: { subject_filter: 'Order*' } });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Passed'));
  await lookAgain(mailbox, { since: 'all' });
  expect((await fixture.untilDealtWith(app, mailbox, 'Passed')).verdict).toBe('no_trigger');
  await fixture.triggers(mailbox, [
    { address: mailbox.address },
    { address: mailbox.address, subject_filter: 'Bill*' },
  ]);
  await waitUntil('the change', async () => {
    const [workflow] = await app.get(MailboxDirectory).triggers(mailbox.organisationId);
    return workflow?.triggers.length === 2;
  });
  await leaveAlone(mailbox);
  fixture.dovecot.doveadm('mailbox', 'update', '-u', mailbox.user, '--uid-validity', '987654', 'INBOX');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'New'));
  await lookAgain(mailbox, { since: 'all' });
  await fixture.untilDealtWith(app, mailbox, 'New');
  expect(await subjectsOf(mailbox)).toEqual(['New']);
});

it('in a folder whose numbers begin anew, lower ones, what comes starts its workflow, also by an old date', async () => {
  const mailbox = await fixture.mailbox({ port: 9 });
  const doveadm = (command: string, ...rest: string[]) =>
    fixture.dovecot.doveadm(...command.split(' '), '-u', mailbox.user, ...rest);
  doveadm('mailbox create', 'Orders');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Moved here later'), '', BEFORE);
  fixture.deliver(mailbox, aMessage(mailbox.address, 'From before'), 'Orders', BEFORE);
  await lookAgain(mailbox, { imap: { folder: 'Orders' } });
  for (let number = 1; number <= 3; number++)
    fixture.deliver(mailbox, aMessage(mailbox.address, `Known ${number}`), 'Orders');
  await fixture.untilStarted(mailbox, 3);
  await leaveAlone(mailbox);
  doveadm('mailbox delete', 'Orders');
  doveadm('mailbox create', 'Orders');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'New'), 'Orders');
  await lookAgain(mailbox, { imap: { folder: 'Orders' } });
  await fixture.untilStarted(mailbox, 4);
  // It came before the first connection, and was no message of this folder then.
  doveadm('move', 'Orders', 'mailbox', 'INBOX', 'all');
  await fixture.untilStarted(mailbox, 5);
  expect((await subjectsOf(mailbox)).slice(3)).toEqual(['New', 'Moved here later']);
});

it('where the server does not say which number is next, it begins behind the newest message', async () => {
  const searches: string[] = [];
  const port = await servers.start((socket, command, tag, line) => {
    if (command === 'SELECT' || command === 'EXAMINE')
      socket.write('* 3 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* FLAGS (\\Seen)\r\n');
    else if (command === 'FETCH') socket.write('* 3 FETCH (UID 7 INTERNALDATE "26-Nov-2026 12:00:00 +0000")\r\n');
    else if (command === 'SEARCH') socket.write('* SEARCH\r\n');
    else return false;
    if (command === 'SEARCH') searches.push(line);
    socket.write(`${tag} OK done\r\n`);
    return true;
  });
  const mailbox = await fixture.mailbox({ port });
  await fixture.untilState(app, mailbox, 'healthy');
  expect(searches[0]).toContain('UID 8:*');
  await fixture.publish(mailbox, { port: 9 });
});
