import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { AppError, LIMITS, newId, type RunRequest } from '@millrace/contracts';
import { TcpProxy, waitUntil } from '@millrace/testing';
import { HeldBytes } from '../src/imap/held-bytes.js';
import { ImapConnection } from '../src/imap/imap-connection.js';
import { MAIL_LIMITS } from '../src/limits.js';
import { withFiles } from '../src/messages/attached-files.js';
import type { ReadMessage } from '../src/parsing/message-parser.js';
import { aMessage, BEFORE, IngestFixture } from './ingest.fixture.js';

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

/** A mailbox that has been looked at, so that what comes from here on is new. */
async function watched(options: Parameters<IngestFixture['mailbox']>[0] = {}) {
  const mailbox = await fixture.mailbox(options);
  await fixture.untilState(app, mailbox, 'healthy');
  return mailbox;
}

/** What is stored for an execution: names, types and contents. */
async function filesOf({ organisation_id = '', execution_id = '' }: Partial<RunRequest> = {}): Promise<unknown[]> {
  const { files } = fixture.bus;
  return Promise.all(
    (await files.list(organisation_id, execution_id)).map(async (file) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of files.read(organisation_id, file)) pieces.push(piece);
      return [file.name, file.type, Buffer.concat(pieces).toString()];
    }),
  );
}

it('stores the attachments of a message once, however often it is dealt with, and none for what starts nothing', async () => {
  const attachments = [Buffer.from('first'), Buffer.alloc(700_000, 'x')];
  const address = { organisation_id: `org_${Math.random()}`.replace('.', ''), execution_id: newId('execution') };
  const read = {
    message: {
      attachments: attachments.map(({ length }, index) => ({ name: `${index}.txt`, type: 'text/plain', size: length })),
    },
    contents: attachments,
  } as unknown as ReadMessage;
  const owner = { organisationId: address.organisation_id, executionId: address.execution_id };
  const charged: number[] = [];
  const { files } = fixture.bus;
  const quota = { require: () => undefined, charge: (_: string, bytes: number) => void charged.push(bytes) };
  const first = await withFiles(read, owner, { files, quota });
  expect(await withFiles(read, owner, { files, quota })).toEqual(first);
  expect(await filesOf(address)).toEqual([
    ['0.txt', 'text/plain', 'first'],
    ['1.txt', 'text/plain', 'x'.repeat(700_000)],
  ]);
  // Each file, and what it holds as it is written.
  expect(charged.filter((bytes) => bytes === LIMITS.fileOverheadBytes)).toHaveLength(2);
  expect(charged.reduce((sum, bytes) => sum + bytes)).toBe(5 + 700_000 + 2 * LIMITS.fileOverheadBytes);
  const full = {
    ...quota,
    require: () => {
      throw new AppError('QUOTA_EXCEEDED');
    },
  };
  const other = { ...owner, executionId: newId('execution') };
  await expect(withFiles(read, other, { files, quota: full })).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  expect(await fixture.bus.files.list(owner.organisationId, other.executionId)).toEqual([]);
});

it('starts the workflow of a message, once, with the message as its input', async () => {
  const mailbox = await watched();
  const boundary = ['--x', 'Content-Type: text/plain', '', 'Gr\u00fc\u00dfe', '--x'].join('\r\n');
  const attachment = ['Content-Type: application/pdf', 'Content-Disposition: attachment; filename="a.pdf"', '', 'PDF'];
  const body = [boundary, ...attachment, '--x--'].join('\r\n');
  const headers = [
    'Cc: Bob <bob@example.net>',
    'In-Reply-To: <1@example.org>',
    'References: <0@example.org> <1@example.org>',
    'X-Priority: 1',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=x',
  ];
  fixture.deliver(mailbox, aMessage(mailbox.address, '=?utf-8?q?Gr=C3=BC=C3=9Fe?=', { headers, body }));
  const [start] = await fixture.untilStarted(mailbox, 1);
  expect(start?.trigger).toEqual({
    type: 'email',
    mailbox_id: mailbox.id,
    message_id: expect.stringMatching(/^<.*@example\.org>$/) as string,
  });
  expect(start?.input).toMatchObject({
    from: { name: 'Ada Lovelace', address: 'ada@example.org' },
    to: [{ name: '', address: mailbox.address }],
    cc: [{ name: 'Bob', address: 'bob@example.net' }],
    subject: 'Gr\u00fc\u00dfe',
    text: expect.stringContaining('Gr\u00fc\u00dfe') as string,
    html: null,
    date: '2026-11-26T12:00:00.000Z',
    in_reply_to: '<1@example.org>',
    references: ['<0@example.org>', '<1@example.org>'],
    headers: { 'x-priority': '1' },
    attachments: [{ name: 'a.pdf', type: 'application/pdf', size: 3, file: { name: 'a.pdf', size: 3 } }],
    truncated: [],
  });
  expect(await filesOf(start)).toEqual([['a.pdf', 'application/pdf', 'PDF']]);
  expect(await fixture.untilDealtWith(app, mailbox, 'Gr\u00fc\u00dfe')).toMatchObject({
    verdict: 'started',
    sender: 'ada@example.org',
    execution_ids: [start?.execution_id],
  });
  // Other messages have been dealt with since.
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Second'));
  expect(await fixture.untilStarted(mailbox, 2)).toHaveLength(2);
});

it('leaves what was there before the first connection alone', async () => {
  const mailbox = await fixture.mailbox({ port: 9 });
  for (let number = 0; number < 10_000; number++)
    fixture.deliver(mailbox, aMessage(mailbox.address, `Old ${number}`), '', BEFORE);
  await fixture.publish(mailbox);
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'New'));
  const starts = await fixture.untilStarted(mailbox, 1);
  expect(starts.map(({ input }) => (input as { subject: string }).subject)).toEqual(['New']);
});

it('starts by what comes after it was set up, also before its first login that succeeds', async () => {
  const mailbox = await fixture.mailbox({ secret: 'wrong' });
  await fixture.untilState(app, mailbox, 'stopped');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'From before'), '', BEFORE);
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Meanwhile'));
  await fixture.publish(mailbox);
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'New'));
  const starts = await fixture.untilStarted(mailbox, 2);
  expect(starts.map(({ input }) => (input as { subject: string }).subject)).toEqual(['Meanwhile', 'New']);
});

it('begins with what is there when the mailbox says so', async () => {
  const mailbox = await fixture.mailbox({ port: 9, since: 'all' });
  for (let number = 0; number < 5; number++) fixture.deliver(mailbox, aMessage(mailbox.address, `Old ${number}`));
  await fixture.publish(mailbox, { since: 'all' });
  expect(await fixture.untilStarted(mailbox, 5)).toHaveLength(5);
});

it('starts by a message that somebody has read before', async () => {
  const mailbox = await watched();
  await fixture.publish(mailbox, { port: 9 });
  await fixture.untilState(app, mailbox, 'unhealthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Read by others'));
  fixture.dovecot.doveadm('flags', 'add', '-u', mailbox.user, '\\Seen', 'mailbox', 'INBOX', 'all');
  await fixture.publish(mailbox);
  await fixture.untilStarted(mailbox, 1);
});

it('marks a message as seen where the mailbox says so, and leaves it alone otherwise', async () => {
  const [marking, keeping] = [await watched({ after: 'seen' }), await watched()];
  for (const mailbox of [marking, keeping]) fixture.deliver(mailbox, aMessage(mailbox.address, 'Hello'));
  await Promise.all([marking, keeping].map((mailbox) => fixture.untilStarted(mailbox, 1)));
  const flags = ({ user }: { user: string }): string => {
    const folder = fixture.dovecot.mailFolder(user);
    return [...readdirSync(join(folder, 'cur')), ...readdirSync(join(folder, 'new'))].join(' ');
  };
  await waitUntil('the flag', () => /:2,[A-Z]*S/.test(flags(marking)));
  expect(flags(keeping)).not.toMatch(/:2,[A-Z]*S/);
});

it('matches by all recipients, plus addresses, subject, sender and attachments, and says what became of the rest', async () => {
  const mailbox = await watched({ trigger: { subject_filter: 'order*', from_filter: '@example.org' } });
  const tagged = mailbox.address.replace('@', '+shop@');
  fixture.deliver(mailbox, aMessage('list@example.net', 'Order 1', { headers: [`Cc: ${tagged}`] }));
  fixture.deliver(mailbox, aMessage('x@example.net', 'ORDER 2', { headers: [`Delivered-To: ${mailbox.address}`] }));
  fixture.deliver(mailbox, aMessage(mailbox.address, 'An order'));
  fixture.deliver(mailbox, aMessage('other@example.com', 'Order 3'));
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Order 4', { headers: ['Auto-Submitted: auto-replied'] }));
  const verdicts = [];
  for (const subject of ['Order 1', 'ORDER 2', 'An order', 'Order 3', 'Order 4'])
    verdicts.push((await fixture.untilDealtWith(app, mailbox, subject)).verdict);
  expect(verdicts).toEqual(['started', 'started', 'no_trigger', 'no_trigger', 'automatic']);
  await fixture.triggers(mailbox, [{ address: mailbox.address, has_attachment: true }]);
  await waitUntil('the change', async () => {
    const subject = `Plain ${Math.random()}`;
    fixture.deliver(mailbox, aMessage(mailbox.address, subject));
    return (await fixture.untilDealtWith(app, mailbox, subject)).verdict === 'no_trigger';
  });
});

it('stops at a wrong password after three attempts, says so, and goes on when the mailbox is changed', async () => {
  const mailbox = await fixture.mailbox({ secret: 'wrong' });
  const stopped = await fixture.untilState(app, mailbox, 'stopped');
  expect(stopped.error).toMatch(/refuses the login.*not tried again until the mailbox is changed/);
  await fixture.publish(mailbox);
  await fixture.untilState(app, mailbox, 'healthy');
});

it('notices a line that went dead or broke, and misses nothing', async () => {
  const proxy = await TcpProxy.start(fixture.dovecot.url);
  const port = Number(new URL(proxy.url('imap')).port);
  const mailbox = await watched({ port });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Before'));
  await fixture.untilStarted(mailbox, 1);
  proxy.cut();
  fixture.deliver(mailbox, aMessage(mailbox.address, 'After a cut'));
  await fixture.untilStarted(mailbox, 2);
  proxy.mute();
  fixture.deliver(mailbox, aMessage(mailbox.address, 'After silence'));
  await fixture.untilStarted(mailbox, 3, 60_000);
  await proxy.stop();
});

it('does not replay the mailbox when the server numbers all messages anew', async () => {
  const mailbox = await fixture.mailbox({ port: 9 });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'From before'), '', BEFORE);
  await fixture.publish(mailbox);
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Known'));
  await fixture.untilStarted(mailbox, 1);
  await fixture.publish(mailbox, { port: 9 });
  await fixture.untilState(app, mailbox, 'unhealthy');
  fixture.dovecot.doveadm('mailbox', 'update', '-u', mailbox.user, '--uid-validity', '987654', 'INBOX');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'New'));
  await fixture.publish(mailbox);
  await fixture.untilDealtWith(app, mailbox, 'New');
  const subjects = (await fixture.starts(mailbox)).map(({ input }) => (input as { subject: string }).subject);
  expect(subjects).toEqual(['Known', 'New']);
  expect((await fixture.messages(app, mailbox)).map(({ subject }) => subject)).toEqual(['New', 'Known']);
});

it('is over a message that cannot be read apart in time to deal with the next one', async () => {
  const mailbox = await watched();
  const many = Array.from({ length: 600 }, () => '--x\r\nContent-Type: text/plain\r\n\r\na').join('\r\n');
  const headers = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  const largest = jest.replaceProperty(MAIL_LIMITS, 'largeMessageBytes', 40 * 1024 * 1024);
  const fetches = jest.spyOn(ImapConnection.prototype, 'source');
  const parts = jest.spyOn(ImapConnection.prototype, 'structure');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Bomb', { headers, body: `${many}\r\n--x--` }));
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Large', { body: 'x'.repeat(50 * 1024 * 1024) }));
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Fine'));
  expect((await fixture.untilDealtWith(app, mailbox, 'Bomb')).verdict).toBe('unreadable');
  expect((await fixture.untilDealtWith(app, mailbox, 'Large')).verdict).toBe('too_large');
  expect((await fixture.untilDealtWith(app, mailbox, 'Fine')).verdict).toBe('started');
  // Whatever its size, it takes no memory.
  expect(fetches).toHaveBeenCalledTimes(2);
  expect(Math.max(...fetches.mock.calls.map(([, size]) => size))).toBeLessThan(MAIL_LIMITS.messageBytes);
  expect(parts).not.toHaveBeenCalled();
  fetches.mockRestore();
  largest.restore();
});

it('is over a message that somebody expunges while it is fetched, and starts by the next one', async () => {
  const mailbox = await watched();
  const expunge = () => {
    fixture.dovecot.doveadm('expunge', '-u', mailbox.user, 'mailbox', 'INBOX', 'header', 'Subject', 'Gone');
  };
  // Between its head and its source.
  const held = app.get(HeldBytes);
  const take = held.take.bind(held);
  const before = jest.spyOn(held, 'take').mockImplementationOnce((...taken) => {
    expunge();
    return take(...taken);
  });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Gone'));
  expect((await fixture.untilDealtWith(app, mailbox, 'Gone')).verdict).toBe('expunged');
  before.mockRestore();
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Stays'));
  const starts = await fixture.untilStarted(mailbox, 1);
  expect(starts.map(({ input }) => (input as { subject: string }).subject)).toEqual(['Stays']);
});

it('is watched by another replica when the first one ends', async () => {
  const mailbox = await watched();
  const replica = await fixture.start();
  await fixture.end(app);
  app = replica;
  fixture.deliver(mailbox, aMessage(mailbox.address, 'For the second'));
  await fixture.untilStarted(mailbox, 1);
});
