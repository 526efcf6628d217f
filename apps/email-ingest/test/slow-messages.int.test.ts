import type { Socket } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { waitUntil } from '@millrace/testing';
import { MAIL_LIMITS } from '../src/limits.js';
import { MessageParser } from '../src/parsing/message-parser.js';
import { UnreadableMessageError } from '../src/parsing/unreadable-message.error.js';
import { FakeImapServer, headRow, sourceRow } from './fake-imap-server.fixture.js';
import { IngestFixture, type TestMailbox } from './ingest.fixture.js';

/* Messages that come slowly, or take too long to read, or at whose mark the server hangs up. */

let fixture: IngestFixture;
let app: INestMicroservice;
const servers: FakeImapServer[] = [];
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await fixture.stop();
  for (const server of servers) server.close();
});

async function mailboxOf(source: (socket: Socket, uid: number, address: string) => void): Promise<TestMailbox> {
  const server = new FakeImapServer((socket, { uids, isSource, address }) => {
    for (const uid of uids) {
      if (isSource) source(socket, uid, address);
      else socket.write(headRow(uid, address));
    }
  });
  servers.push(server);
  return fixture.mailbox({ port: await server.listen(), since: 'all' });
}

const subjectsOf = async (mailbox: TestMailbox, count: number): Promise<string[]> =>
  (await fixture.untilStarted(mailbox, count)).map(({ input }) => (input as { subject: string }).subject);

it('closes the connection of a server that drips a message, and starts by it once it comes', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'downloadGraceMs', 1_000 as never);
  let isSlow = true;
  let drips = 0;
  const mailbox = await mailboxOf((socket, uid, address) => {
    if (uid !== 2 || !isSlow) return socket.write(sourceRow(uid, address));
    drips++;
    socket.write(`* 2 FETCH (UID 2 RFC822.SIZE 1048576 BODY[]<0> {1048576}\r\n`);
    const drip = setInterval(() => socket.write('a'), 100);
    socket.once('close', () => clearInterval(drip));
  });
  await waitUntil('a second connection', () => drips >= 2, 60_000);
  const { error } = await fixture.untilState(app, mailbox, 'unhealthy');
  expect(error).toBe('The mail server sends the message at less than 16384 bytes a second');
  isSlow = false;
  expect(await subjectsOf(mailbox, 3)).toEqual(['1', '2', '3']);
}, 180_000);

const late = (): Promise<never> => Promise.reject(new UnreadableMessageError('Reading it apart took too long', false));

it('starts by a message that took too long to read once, and stays healthy', async () => {
  const parser = app.get(MessageParser);
  jest.spyOn(parser, 'parse').mockImplementationOnce(late);
  const mailbox = await mailboxOf((socket, uid, address) => socket.write(sourceRow(uid, address)));
  expect(await subjectsOf(mailbox, 3)).toEqual(['1', '2', '3']);
  expect((await fixture.health(app, mailbox))?.error ?? null).toBeNull();
}, 120_000);

it('passes a message that takes too long to read three times, and starts by the next one', async () => {
  const parser = app.get(MessageParser);
  const parse = parser.parse.bind(parser);
  let attempts = 0;
  jest.spyOn(parser, 'parse').mockImplementation((organisationId, source) => {
    if (!source.includes('Subject: 2')) return parse(organisationId, source);
    attempts++;
    return late();
  });
  const mailbox = await mailboxOf((socket, uid, address) => socket.write(sourceRow(uid, address)));
  expect(await subjectsOf(mailbox, 2)).toEqual(['1', '3']);
  const passed = await fixture.untilDealtWith(app, mailbox, '2');
  expect(passed).toMatchObject({ verdict: 'unreadable', reason: 'Reading it apart took too long' });
  expect(attempts).toBe(MAIL_LIMITS.messageAttempts);
}, 120_000);

it('leaves out the mark of a message at which the server hangs up three times, and goes on behind it', async () => {
  const server = new FakeImapServer((socket, { uids, isSource, address }) => {
    for (const uid of uids) socket.write((isSource ? sourceRow : headRow)(uid, address));
  });
  servers.push(server);
  server.hangsUpAt = 'STORE';
  const mailbox = await fixture.mailbox({ port: await server.listen(), since: 'all', after: 'seen' });
  expect(await subjectsOf(mailbox, 2)).toEqual(['1', '2']);
  server.hangsUpAt = '';
  expect(await subjectsOf(mailbox, 3)).toEqual(['1', '2', '3']);
}, 120_000);
