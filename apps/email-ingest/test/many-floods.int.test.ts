import { createServer, type AddressInfo, type Server } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { waitUntil } from '@millrace/testing';
import { aMessage, IngestFixture } from './ingest.fixture.js';

/** Each of them costs a quarter of a second of computing, again and again. */
const FLOODS = 15;
/** Short lines are the dearest to parse. Of folders it would be few. */
const LINES = Buffer.from('* LINE (\\x) "/" a\r\n'.repeat(4_000));

let fixture: IngestFixture;
let app: INestMicroservice;
let flooding: Server;
let floods = 0;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  // On a busy machine a lease of two seconds runs out before a mailbox is connected, and all of it begins anew.
  app = await fixture.start({ MILLRACE_MAILBOX_LEASE_SECONDS: '60' });
  flooding = createServer((socket) => {
    const send = (): void => {
      while (socket.writable && socket.write(LINES));
    };
    socket.on('error', () => undefined).on('drain', send);
    socket.write('* OK ready\r\n');
    socket.once('data', () => {
      floods++;
      send();
    });
  });
  await new Promise<void>((resolve) => flooding.listen(0, '127.0.0.1', resolve));
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  flooding.close();
});

it('servers that flood many mailboxes with short lines stop neither the process nor another mailbox', async () => {
  const { port } = flooding.address() as AddressInfo;
  const hostile = await Promise.all(Array.from({ length: FLOODS }, () => fixture.mailbox({ port })));
  await waitUntil('the floods', () => floods >= hostile.length);
  const mailbox = await fixture.mailbox();
  await fixture.untilState(app, mailbox, 'healthy');
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Fine'));
  await fixture.untilStarted(mailbox, 1);
  for (const one of hostile.slice(0, 2)) {
    const { error } = await fixture.untilState(app, one, 'unhealthy');
    // On a busy machine its time may be over first.
    expect(error).toMatch(/^The mail server (?:sent more than|did not respond within) /);
  }
  // As long as its waits may take on a machine that is busy.
}, 600_000);
