import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { waitUntil } from '@millrace/testing';
import { ImapConnection } from '../src/imap/imap-connection.js';
import { aMessage, BEFORE, IngestFixture, type TestMailbox } from './ingest.fixture.js';

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterEach(() => jest.restoreAllMocks());
afterAll(() => fixture.stop());

/** The messages in a folder, as Dovecot keeps them. */
function inFolder({ user }: TestMailbox, folder = ''): string[] {
  const path = join(fixture.dovecot.mailFolder(user), folder);
  return ['cur', 'new'].flatMap((part) => (existsSync(join(path, part)) ? readdirSync(join(path, part)) : []));
}

it('moves what is dealt with to a folder that it makes, whether it started something or not', async () => {
  const mailbox = await fixture.mailbox({ after: 'move:Done', trigger: { subject_filter: 'Order*' } });
  await fixture.untilState(app, mailbox, 'healthy');
  for (const subject of ['Order 1', 'Newsletter', 'Order 2'])
    fixture.deliver(mailbox, aMessage(mailbox.address, subject));
  await fixture.untilStarted(mailbox, 2);
  await waitUntil('the messages to be moved', () => inFolder(mailbox, '.Done').length === 3);
  // Dovecot links a file to its new place before it takes it from the old one.
  await waitUntil('them to be gone', () => inFolder(mailbox).length === 0);
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Order 3'));
  await fixture.untilStarted(mailbox, 3);
  await waitUntil('the next one to be moved', () => inFolder(mailbox, '.Done').length === 4);
  expect((await fixture.messages(app, mailbox)).map(({ verdict }) => verdict).sort()).toEqual([
    'no_trigger',
    'started',
    'started',
    'started',
  ]);
});

it('starts nothing, and says why, while the folder cannot be made; and starts it once when it can', async () => {
  const mailbox = await fixture.mailbox({ after: 'move:../elsewhere' });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Before'));
  const { error } = await fixture.untilState(app, mailbox, 'unhealthy');
  expect(error).toContain('The folder "../elsewhere", to which messages are to be moved, cannot be made.');
  expect(await fixture.starts(mailbox)).toEqual([]);
  await fixture.publish(mailbox, { after: 'move:Archive', since: 'all' });
  await fixture.untilStarted(mailbox, 1);
  await waitUntil('the message to be moved', () => inFolder(mailbox, '.Archive').length === 1);
  expect(await fixture.starts(mailbox)).toHaveLength(1);
});

it('a message that comes back from there starts nothing again, and is moved again', async () => {
  const mailbox = await fixture.mailbox({ after: 'move:Done' });
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Once'));
  await fixture.untilStarted(mailbox, 1);
  await waitUntil('the message to be moved', () => inFolder(mailbox, '.Done').length === 1);
  fixture.dovecot.doveadm('move', '-u', mailbox.user, 'INBOX', 'mailbox', 'Done', 'all');
  const verdicts = async (): Promise<string[]> => (await fixture.messages(app, mailbox)).map(({ verdict }) => verdict);
  await waitUntil('it to be found again', async () => (await verdicts()).length === 2);
  await waitUntil('it to be moved again', () => inFolder(mailbox, '.Done').length === 1);
  expect(await fixture.starts(mailbox)).toHaveLength(1);
  expect(await verdicts()).toEqual(['duplicate', 'started']);
});

it('moves a message whose connection ended while it was dealt with, and starts it once', async () => {
  const mailbox = await fixture.mailbox({ after: 'move:Done' });
  await fixture.untilState(app, mailbox, 'healthy');
  const source = Object.getOwnPropertyDescriptor(ImapConnection.prototype, 'source')?.value as ImapConnection['source'];
  const ended = jest.spyOn(ImapConnection.prototype, 'source').mockImplementationOnce(async function (
    this: ImapConnection,
    ...which
  ) {
    const message = await source.apply(this, which);
    this.close();
    await waitUntil('the connection to end', () => this.isClosed);
    return message;
  });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Cut off'));
  await waitUntil('the message to be moved', () => inFolder(mailbox, '.Done').length === 1);
  expect(ended).toHaveBeenCalledTimes(1);
  expect(await fixture.starts(mailbox)).toHaveLength(1);
});

describe('a watched folder', () => {
  const folder = 'Orders';
  const doveadm = ({ user }: TestMailbox, command: string, ...rest: string[]) =>
    fixture.dovecot.doveadm(...command.split(' '), '-u', user, ...rest);
  /** What takes the folder away, and what brings it back with its messages, which then have other UIDs. */
  const gone: [string, (mailbox: TestMailbox) => void, (mailbox: TestMailbox) => void][] = [
    [
      'renamed',
      (mailbox) => doveadm(mailbox, 'mailbox rename', folder, 'Elsewhere'),
      (mailbox) => {
        doveadm(mailbox, 'mailbox update', '--uid-validity', '987654', 'Elsewhere');
        doveadm(mailbox, 'mailbox rename', 'Elsewhere', folder);
      },
    ],
    [
      'removed',
      (mailbox) => {
        doveadm(mailbox, 'mailbox create', 'Kept');
        doveadm(mailbox, 'copy', 'Kept', 'mailbox', folder, 'all');
        doveadm(mailbox, 'mailbox delete', folder);
      },
      (mailbox) => {
        doveadm(mailbox, 'mailbox create', folder);
        doveadm(mailbox, 'copy', folder, 'mailbox', 'Kept', 'all');
      },
    ],
  ];

  it.each(gone)(
    'that is %s is said to be missing, and starts nothing again when it is back',
    async (_, take, bring) => {
      const mailbox = await fixture.mailbox({ port: 9 });
      doveadm(mailbox, 'mailbox create', folder);
      fixture.deliver(mailbox, aMessage(mailbox.address, 'From before'), folder, BEFORE);
      await fixture.publish(mailbox, { imap: { folder } });
      await fixture.untilState(app, mailbox, 'healthy');
      fixture.deliver(mailbox, aMessage(mailbox.address, 'Known'), folder);
      await fixture.untilStarted(mailbox, 1);

      take(mailbox);
      await waitUntil('what is wrong with it', async () => {
        const health = await fixture.health(app, mailbox);
        return health?.state === 'unhealthy' && health.error?.includes(`Mailbox doesn't exist: ${folder}`);
      });
      bring(mailbox);
      await fixture.untilState(app, mailbox, 'healthy');
      fixture.deliver(mailbox, aMessage(mailbox.address, 'New'), folder);
      await fixture.untilDealtWith(app, mailbox, 'New');
      const subjects = (await fixture.starts(mailbox)).map(({ input }) => (input as { subject: string }).subject);
      expect(subjects).toEqual(['Known', 'New']);
    },
  );
});
