import type { Socket } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { waitUntil } from '@millrace/testing';
import { aMessage, IngestFixture } from './ingest.fixture.js';
import { MisbehavingServers, type Misbehaviour } from './misbehaving-server.fixture.js';

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

const FLOOD = Buffer.alloc(1024 * 1024, 0x61);

const SMALL_FLOOD = Buffer.from('* OK still searching\r\n'.repeat(1_000));

/** Sends as much as is taken, without an end. */
function flood(socket: Socket, piece: Buffer = FLOOD): void {
  if (socket.destroyed) return;
  socket.write(piece, () => setImmediate(flood, socket, piece));
}

const MISBEHAVIOURS: Record<string, Misbehaviour> = {
  'announces a message of a gigabyte': (socket, command) => {
    if (command !== 'SEARCH') return false;
    socket.write('* 1 FETCH (UID 5 BODY[] {1073741824}\r\n');
    flood(socket);
    return true;
  },
  'sends a line without an end': (socket, command) => {
    if (command !== 'SEARCH') return false;
    flood(socket);
    return true;
  },
  'sends small responses without an end': (socket, command) => {
    if (command !== 'SEARCH') return false;
    flood(socket, SMALL_FLOOD);
    return true;
  },
  'lists thousands of folders': (socket, command, tag) => {
    if (command !== 'LIST') return false;
    const folder = (index: number): string => `* LIST () "/" "f${index}"\r\n`;
    socket.write(`${Array.from({ length: 2_000 }, (_, index) => folder(index)).join('')}${tag} OK done\r\n`);
    return true;
  },
  'lists thousands of folders, each with a number': (socket, command, tag) => {
    if (command !== 'LIST') return false;
    const folder = (index: number): string => `* 1 LIST "/" f${index}\r\n`;
    socket.write(`${Array.from({ length: 2_000 }, (_, index) => folder(index)).join('')}${tag} OK done\r\n`);
    return true;
  },
  'lists a folder within thousands, as a literal': (socket, command, tag) => {
    if (command !== 'LIST') return false;
    socket.write(`* LIST () "/" {80001}\r\n${'f/'.repeat(40_000)}f\r\n${tag} OK done\r\n`);
    return true;
  },
  'lists a folder within thousands': (socket, command, tag) => {
    if (command !== 'LIST') return false;
    socket.write(`* LIST () "/" "${'f/'.repeat(40_000)}f"\r\n${tag} OK done\r\n`);
    return true;
  },
  'hangs up in the middle of a greeting of its own': (socket, command) => {
    if (command !== 'LOGIN') return false;
    socket.end('* OK [');
    return true;
  },
  'sends what is no IMAP': (socket, command) => {
    if (command !== 'SEARCH') return false;
    socket.write('HTTP/1.1 200 OK\r\n\r\n(((((((((((((\r\n');
    socket.end();
    return true;
  },
};

it.each(Object.entries(MISBEHAVIOURS))(
  'a server that %s costs its mailbox alone',
  async (_, misbehaves) => {
    const hostile = await fixture.mailbox({ port: await servers.start(misbehaves) });
    const mailbox = await fixture.mailbox();
    await fixture.untilState(app, mailbox, 'healthy');
    const { error } = await fixture.untilState(app, hostile, 'unhealthy');
    expect(error).toMatch(/^The mail server /);
    fixture.deliver(mailbox, aMessage(mailbox.address, 'Fine'));
    await fixture.untilStarted(mailbox, 1);
    await fixture.publish(hostile, { port: 9 });
  },
  180_000,
);

it('a server that lets nobody in holds up no other mailbox, also when its own is changed', async () => {
  let isAsked = false;
  const port = await servers.start((_, command) => command === 'LOGIN' && (isAsked = true));
  const hostile = await fixture.mailbox({ port });
  await waitUntil('the login', () => isAsked);
  await fixture.publish(hostile, { port: 9 });
  const mailbox = await fixture.mailbox();
  await fixture.untilState(app, mailbox, 'healthy');
  await fixture.untilState(app, hostile, 'unhealthy');
});

it('an address that must not be called is refused, and the mailbox says so', async () => {
  await fixture.end(app);
  app = await fixture.start({ MILLRACE_HTTP_ALLOWED_HOSTS: '' });
  const mailbox = await fixture.mailbox();
  const { error } = await fixture.untilState(app, mailbox, 'unhealthy');
  expect(error).toMatch(/127\.0\.0\.1 is not public.*MILLRACE_HTTP_ALLOWED_HOSTS/);
});
