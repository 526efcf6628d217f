import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { GetMailboxHealth, TestMailbox } from '@millrace/contracts';
import { Authority, freePort, waitUntil } from '@millrace/testing';
import { aMessage, IngestFixture, type MailboxOptions, type TestMailbox as Account } from './ingest.fixture.js';
import { MisbehavingServers } from './misbehaving-server.fixture.js';
import { TlsFront } from './tls-front.fixture.js';

/* The service in a process of its own: whose certificates it trusts is decided when it starts. */

let fixture: IngestFixture;
let service: ChildProcess;
const authority = new Authority();
const servers = new MisbehavingServers();
const fronts: TlsFront[] = [];

beforeAll(async () => {
  fixture = await IngestFixture.open();
  service = spawn(process.execPath, [join(__dirname, '../dist/program/main.js')], {
    stdio: 'ignore',
    env: {
      ...fixture.environment,
      MILLRACE_HEALTH_PORT: String(await freePort()),
      MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1,localhost',
      NODE_EXTRA_CA_CERTS: authority.file,
    },
  });
}, 180_000);
afterAll(async () => {
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await ended;
  await fixture.stop();
  for (const front of fronts) front.close();
  servers.close();
  authority.remove();
});

async function front(isImplicit: boolean): Promise<number> {
  const one = new TlsFront(fixture.dovecot.port, authority.server, isImplicit);
  fronts.push(one);
  return one.listen();
}

async function untilHealthy({ organisationId: organisation_id, id }: Account): Promise<void> {
  await waitUntil('a look at it', async () => {
    const question = { organisation_id, mailbox_ids: [id] };
    const answer = await fixture.bus.request(GetMailboxHealth, question).catch(() => null);
    return answer?.health[id]?.state === 'healthy';
  });
}

/** What a test of the mailbox finds wrong with it. */
async function problemOf({ organisationId: organisation_id, id: mailbox_id }: Account): Promise<string | undefined> {
  const question = { organisation_id, mailbox_id, changes: {} };
  const { problem } = await waitUntil('the service', () =>
    fixture.bus.request(TestMailbox, question, { timeoutMs: 30_000 }).catch(() => null),
  );
  return problem?.code;
}

it.each([
  ['implicit', true],
  ['starttls', false],
] as const)(
  'a message comes through %s TLS, whose certificate is for the name of the server',
  async (tls, isImplicit) => {
    const options: MailboxOptions = { port: await front(isImplicit), imap: { host: 'localhost', tls } };
    const mailbox = await fixture.mailbox(options);
    await untilHealthy(mailbox);
    fixture.deliver(mailbox, aMessage(mailbox.address, 'Through TLS'));
    await fixture.untilStarted(mailbox, 1);
    // The same server under a name that its certificate does not have.
    const other = await fixture.mailbox({ ...options, imap: { host: '127.0.0.1', tls } });
    expect(await problemOf(other)).toBe('tls_failed');
  },
);

it('logs in by an access token where the mailbox has one', async () => {
  const tokens: string[] = [];
  const port = await servers.start((socket, command, tag, line) => {
    if (command !== 'AUTHENTICATE') return false;
    const [, , mechanism = '', response = ''] = line.split(' ');
    const given = Buffer.from(response, 'base64').toString();
    tokens.push(`${mechanism} ${given}`);
    const isRight = given.includes('auth=Bearer right-token\u0001');
    socket.write(`${tag} ${isRight ? 'OK done' : 'NO [AUTHENTICATIONFAILED] Invalid credentials'}\r\n`);
    return true;
  }, ' AUTH=XOAUTH2 SASL-IR');
  const xoauth2 = { type: 'xoauth2' } as const;
  const right = await fixture.mailbox({ port, secret: 'right-token', imap: xoauth2 });
  expect(await problemOf(right)).toBeUndefined();
  expect(tokens[0]).toBe(`XOAUTH2 user=${right.user}\u0001auth=Bearer right-token\u0001\u0001`);
  const wrong = await fixture.mailbox({ port, secret: 'wrong-token', imap: xoauth2 });
  expect(await problemOf(wrong)).toBe('login_refused');
});
