import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AllowList } from '@millrace/service-kit/safe-http';
import { startDovecot, uniqueName, type OwnDovecot } from '@millrace/testing';
import { ImapConnection } from '../src/imap/imap-connection.js';
import { LargeMessage } from '../src/imap/large-message.js';
import { MessageParser, type ReadMessage } from '../src/parsing/message-parser.js';
import { ReducedMessage } from '../src/parsing/reduced-message.js';
import { CORPUS } from './torture.fixture.js';

/** Where the server sees other parts than the parser: ends of parts that are none, or are missing, and messages in a digest that say no type. */
const DIFFERENT = [
  'issues/156-suffix',
  ...['000', '004', '007', '016', '017', '019', '023'].map((name) => `malformed/${name}`),
  ...['delimiter-rule', 'empty-part-then-cut-part', 'part-without-blank-line', 'unopened-multiparts'].map(
    (name) => `regressions/${name}`,
  ),
  'rfc/004',
  'thirdparty/007',
];

const started = new Date().toISOString();
const parser = new MessageParser();
let dovecot: OwnDovecot;
let connection: ImapConnection;
let uids: readonly number[];

beforeAll(async () => {
  dovecot = await startDovecot();
  const user = uniqueName('user');
  const folder = dovecot.mailFolder(user);
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(folder, part), { recursive: true });
  for (const [index, [, source]] of CORPUS.entries()) {
    const name = `${1_700_000_000 + index}.M1P1.test`;
    writeFileSync(join(folder, 'new', name), source, { mode: 0o666 });
  }
  const imap = { host: '127.0.0.1', port: dovecot.port, tls: 'none', user, folder: 'INBOX' } as const;
  const auth = { type: 'password', secret: 'sealed' } as const;
  const account = { address: 'ada@example.com', since: 'now', after: 'keep', imap: { ...imap, auth } } as const;
  const opened = { organisationId: 'org_1', account, secret: dovecot.password };
  connection = await ImapConnection.open(opened, AllowList.parse('127.0.0.1'), new AbortController().signal);
  await connection.openFolder('INBOX', true);
  ({ uids } = await connection.newAbove(0));
}, 60_000);
afterAll(async () => {
  connection.close();
  await parser.stop();
  await dovecot.stop();
});

/** The message as a workflow is given it, with the contents of its attachments. */
async function given({ message, contents }: ReadMessage): Promise<unknown> {
  const attachments = [];
  for (const [index, content] of contents.entries()) {
    const pieces: Uint8Array[] = [];
    for await (const piece of content instanceof Uint8Array ? [content] : content.read()) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    attachments.push({ ...message.attachments[index], size: bytes.length, content: bytes.toString('base64') });
  }
  return { ...message, attachments };
}

async function wholly(uid: number): Promise<unknown> {
  const source = await connection.source(uid, 1024 * 1024);
  return given(await parser.parse('org', source as Buffer));
}

async function byParts(uid: number): Promise<unknown> {
  try {
    const reduced = await ReducedMessage.of(new LargeMessage(connection, { uid, size: 1024 * 1024 }));
    return await given(reduced.restored(await parser.parse('org', reduced.source)));
  } catch (error) {
    return String(error);
  }
}

/** Without what is no fault of either way: the parser takes the present for a date that is none, and Dovecot ends an attached message with a line break. */
const comparable = (outcome: unknown): string =>
  JSON.stringify(outcome, (key, value: unknown) => {
    if (key === 'date' && typeof value === 'string') return value > started ? 'now' : value;
    const attached = value as { type?: unknown; content?: unknown } | null;
    if (attached?.type !== 'message/rfc822' || typeof attached.content !== 'string') return value;
    return {
      ...attached,
      type: 'message',
      size: 0,
      content: Buffer.from(attached.content, 'base64').toString().trimEnd(),
    };
  });

it('makes the same of a message whose parts are fetched as of one that is fetched as a whole', async () => {
  expect(uids).toHaveLength(CORPUS.length);
  const different: string[] = [];
  for (const [index, uid] of uids.entries()) {
    const [one, other] = [comparable(await wholly(uid)), comparable(await byParts(uid))];
    if (one !== other) different.push((CORPUS[index]?.[0] ?? '').replace(/^eml\/|\.eml$/g, ''));
  }
  expect(different).toEqual(DIFFERENT);
}, 240_000);
