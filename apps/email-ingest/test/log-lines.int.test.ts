import { createLoggerTo } from '@millrace/service-kit/logging';
import { waitUntil } from '@millrace/testing';
import { IngestFixture } from './ingest.fixture.js';
import { MisbehavingServers } from './misbehaving-server.fixture.js';

let fixture: IngestFixture;
const lines: string[] = [];
const servers = new MisbehavingServers();
beforeAll(async () => {
  fixture = await IngestFixture.open();
  const destination = { write: (line: string) => void lines.push(line) };
  await fixture.start({}, createLoggerTo(destination, { service: 'email-ingest', level: 'info' }));
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  servers.close();
});

it('a mailbox that is changed again and again, and whose server refuses each, does not fill the log, nor write into it', async () => {
  let logins = 0;
  const port = await servers.start((socket, command, tag) => {
    if (command !== 'LOGIN') return false;
    logins++;
    socket.write(`${tag} NO https://user:of-theirs@internal.example is away\r\n`);
    return true;
  });
  const mailbox = await fixture.mailbox({ port });
  for (let change = 1; change <= 12; change++) {
    await waitUntil('another login', () => logins >= change);
    const before = logins;
    await fixture.publish(mailbox, { port, imap: { folder: `Folder ${change}` } });
    await waitUntil('a login after the change', () => logins > before);
  }
  await waitUntil('the log', () => lines.some((line) => line.includes('cannot be watched')));
  const about = lines.filter((line) => line.includes('cannot be watched'));
  // So many in each of two minutes, should a slow machine take as long.
  expect(about.length).toBeLessThanOrEqual(10);
  for (const line of about) expect(JSON.parse(line)).toMatchObject({ organisationId: mailbox.organisationId });
  expect(lines.join('')).not.toMatch(/of-theirs|internal\.example/);
}, 120_000);
