import type { INestMicroservice } from '@nestjs/common';
import { waitUntil } from '@millrace/testing';
import { IngestFixture } from './ingest.fixture.js';
import { MisbehavingServers } from './misbehaving-server.fixture.js';

/* Logins that are refused in a row stop a mailbox. That they do, and how often they are made: `patience.int.test.ts`. */

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

it('a login that succeeds ends the row: two refusals before it and two after it stop no mailbox', async () => {
  const refusedInRow = [true, true, false, true, true, false];
  let logins = 0;
  let looks = 0;
  const port = await servers.start((socket, command, tag) => {
    if (command === 'LOGIN' && refusedInRow[logins++] === true) {
      socket.write(`${tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n`);
      return true;
    }
    if (command !== 'SEARCH') return false;
    looks++;
    // The first connection that got in ends, so that another login is made.
    if (logins > 3) socket.write(`* SEARCH\r\n${tag} OK done\r\n`);
    else socket.destroy();
    return true;
  });
  const mailbox = await fixture.mailbox({ port });
  const found = await waitUntil('a look after two more refusals, or the end of all looks', async () => {
    const stopped = (await fixture.health(app, mailbox))?.state === 'stopped';
    return stopped || looks > 1 ? { stopped } : null;
  });
  expect({ ...found, logins }).toEqual({ stopped: false, logins: 6 });
});
