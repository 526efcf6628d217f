import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import { mailboxContext, MailboxesSnapshot, type MailboxAccount } from '@millrace/contracts';
import { Keyring, resealed } from '@millrace/service-kit/sealing';
import { waitUntil } from '@millrace/testing';
import { MailboxCursorsRepository } from '../src/mailboxes/mailbox-cursors.repository.js';
import { digest } from '../src/mailboxes/mailbox.js';
import { IngestFixture, type TestMailbox } from './ingest.fixture.js';
import { MisbehavingServers } from './misbehaving-server.fixture.js';

/* Logins that are refused in a row stop a mailbox, for as long as it is what it was. How often they are made before: `patience.int.test.ts`. */

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

/** The text in which a mailbox is published. */
async function published({ id, organisationId: organisation_id }: TestMailbox): Promise<string> {
  return (await fixture.bus.snapshots.get(MailboxesSnapshot, { organisation_id }))?.mailboxes[id] ?? '';
}

/** Publishes a mailbox with its secret wrapped by another master key, its members in the order in which `definitions` has them then. */
async function rewrap(mailbox: TestMailbox): Promise<void> {
  const { id, organisationId: organisation_id } = mailbox;
  const file = fixture.environment.MILLRACE_MASTER_KEYS_FILE ?? '';
  writeFileSync(file, `second ${randomBytes(32).toString('base64')}\n${readFileSync(file, 'utf8')}`);
  const { imap, ...account } = JSON.parse(await published(mailbox)) as MailboxAccount;
  const secret = resealed(imap.auth.secret, mailboxContext(organisation_id, id), new Keyring(file));
  const text = JSON.stringify({ ...account, imap: { ...imap, auth: { ...imap.auth, secret } } });
  const value = { organisation_id, mailboxes: { [id]: text } };
  await fixture.bus.snapshots.put(MailboxesSnapshot, value, value);
}

it('a mailbox that is stopped stays so when another master key wraps its secret, also one that a former release has stopped', async () => {
  let logins = 0;
  const port = await servers.start((socket, command, tag) => {
    if (command !== 'LOGIN') return false;
    logins++;
    socket.write(`${tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n`);
    return true;
  });
  const mailbox = await fixture.mailbox({ port });
  await fixture.untilState(app, mailbox, 'stopped');
  const fence = async () =>
    (await app.get(MailboxCursorsRepository).find(mailbox.organisationId, [mailbox.id]))[0]?.fence ?? 0;
  const before = await fence();
  await rewrap(mailbox);
  await waitUntil('the mailbox to be watched anew', async () => (await fence()) > before);
  // Several polls.
  await sleep(3_000);
  expect(logins).toBe(3);

  const stopped = digest(await published(mailbox));
  await app.get(MailboxCursorsRepository).model.updateOne({ _id: mailbox.id }, { $set: { stopped } });
  await fixture.end(app);
  app = await fixture.start();
  await waitUntil('another process to watch it', async () => (await fence()) > before + 1);
  await sleep(3_000);
  expect([logins, (await fixture.health(app, mailbox))?.state]).toEqual([3, 'stopped']);
  await fixture.publish(mailbox);
  await fixture.untilState(app, mailbox, 'healthy');
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
