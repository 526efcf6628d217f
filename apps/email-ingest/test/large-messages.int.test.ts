import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RunRequest } from '@millrace/contracts';
import { freePort, residentMb, TcpProxy, waitUntil } from '@millrace/testing';
import { manifest } from '../src/manifest.js';
import { aMessage, IngestFixture, type TestMailbox } from './ingest.fixture.js';

const MEBIBYTE = 1024 * 1024;
const FILE_MIB = 50;
/** What a process may take for two large messages that it does not take for a small one, in MiB: less than their files alone have, let alone the messages. */
const MOST_GROWTH = 2 * FILE_MIB;

let fixture: IngestFixture;
let child: ChildProcess;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  child = await startProcess();
}, 180_000);
afterAll(async () => {
  await kill();
  await fixture.stop();
});

/** The service in a process of its own, as it is built. */
async function startProcess(): Promise<ChildProcess> {
  const port = await freePort();
  return spawn(
    process.execPath,
    [`--max-old-space-size=${manifest.heapMb}`, join(__dirname, '../dist/program/main.js')],
    {
      stdio: 'ignore',
      env: { ...fixture.environment, MILLRACE_HEALTH_PORT: String(port) },
    },
  );
}

async function kill(): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** The most memory that the process has had, in MiB. */
function peakMib(): number {
  return residentMb(child.pid ?? 0, 'VmHWM') ?? NaN;
}

/** A message with a text and a file, and a function that says whether the file has arrived. */
function withFile(mailbox: TestMailbox, subject: string, bytes: number): { message: string; sha256: string } {
  const content = randomBytes(bytes);
  const encoded = content.toString('base64').replace(/.{76}/g, '$&\r\n');
  const text = ['--x', 'Content-Type: text/plain; charset=utf-8', '', 'Gr\u00fc\u00dfe'].join('\r\n');
  const head = ['Content-Type: application/zip', 'Content-Disposition: attachment; filename="a b.zip"'];
  const file = ['--x', ...head, 'Content-Transfer-Encoding: base64', '', encoded, '--x--'].join('\r\n');
  const headers = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  const message = aMessage(mailbox.address, subject, { headers, body: `${text}\r\n${file}` });
  return { message, sha256: createHash('sha256').update(content).digest('hex') };
}

interface Input {
  readonly subject: string;
  readonly text: string;
  readonly attachments: readonly { readonly file: { readonly id: string; readonly sha256: string } }[];
}

/** The digest of what is stored of the one file of an execution. */
async function digestOf({ organisation_id, input }: RunRequest): Promise<string> {
  const id = (input as Input).attachments[0]?.file.id ?? '';
  const file = await fixture.bus.files.find(organisation_id, id);
  const hash = createHash('sha256');
  if (file !== null) for await (const piece of fixture.bus.files.read(organisation_id, file)) hash.update(piece);
  return hash.digest('hex');
}

it('starts by messages with 50 MiB attached, of two organisations at once, and holds neither of them', async () => {
  const mailboxes = [await fixture.mailbox({ since: 'all' }), await fixture.mailbox({ since: 'all' })] as const;
  const [first] = mailboxes;
  fixture.deliver(first, withFile(first, 'Small', 1_000).message);
  const [small] = await fixture.untilStarted(first, 1);
  const before = peakMib();
  const sent = mailboxes.map((mailbox) => {
    const { message, sha256 } = withFile(mailbox, 'Large', FILE_MIB * MEBIBYTE);
    fixture.deliver(mailbox, message);
    return sha256;
  });
  for (const [index, mailbox] of mailboxes.entries()) {
    const start = (await fixture.untilStarted(mailbox, 2 - index)).at(-1) as RunRequest;
    expect(await digestOf(start)).toBe(sent[index]);
    // But for its size it is as the small one.
    expect(start.input).toMatchObject({
      subject: 'Large',
      text: (small?.input as Input).text,
      attachments: [
        { name: 'a b.zip', type: 'application/zip', size: FILE_MIB * MEBIBYTE, file: { sha256: sent[index] } },
      ],
      truncated: [],
    });
    expect(Object.keys(start.input as Input)).toEqual(Object.keys(small?.input as Input));
  }
  expect(peakMib() - before).toBeLessThan(MOST_GROWTH);
}, 180_000);

it('starts once by a large message though the line is cut in the middle of it, and the process is killed there', async () => {
  const proxy = await TcpProxy.start(fixture.dovecot.url);
  const port = Number(new URL(proxy.url('imap')).port);
  const mailbox = await fixture.mailbox({ port, since: 'all' });
  const { message, sha256 } = withFile(mailbox, 'Large', 20 * MEBIBYTE);
  const IN_THE_MIDDLE = `[2]<${10 * MEBIBYTE}`;
  proxy.holdAnswersFrom(IN_THE_MIDDLE);
  fixture.deliver(mailbox, message);
  await waitUntil('the middle of the message', () => proxy.holding, 60_000);
  proxy.cut();
  await waitUntil('the middle of the message again', () => proxy.holding, 60_000);
  expect(await fixture.starts(mailbox)).toEqual([]);
  await kill();
  proxy.releaseAnswers();
  child = await startProcess();
  const [start] = await fixture.untilStarted(mailbox, 1);
  expect(await digestOf(start as RunRequest)).toBe(sha256);
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Next'));
  const subjects = (await fixture.untilStarted(mailbox, 2)).map(({ input }) => (input as Input).subject);
  expect(subjects).toEqual(['Large', 'Next']);
  await proxy.stop();
}, 180_000);
