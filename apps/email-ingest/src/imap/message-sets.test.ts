import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AllowList } from '@millrace/service-kit/safe-http';
import { ImapFlow } from 'imapflow';
import { ImapConnection } from './imap-connection.js';
import type { ImapFailure } from './imap-failure.error.js';
import { boundMessageSets } from './message-sets.js';

/** What the server sends before it ends a command, and words instead of `OK done`. */
interface Said {
  readonly before?: string;
  readonly end?: string;
}

let server: Server;
let said: Record<string, Said>;
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('* OK ready\r\n');
    let idle = '';
    socket.on('data', (data) => {
      for (const line of data.toString('latin1').split('\r\n').filter(Boolean)) {
        const [tag = '', ...words] = line.split(' ');
        const command = words[0] === 'UID' ? (words[1] ?? '') : (words[0] ?? '');
        const { before = '', end = 'OK done' } = said[command] ?? {};
        if (tag === 'DONE') socket.write(`${idle} OK done\r\n`);
        if (command === 'CAPABILITY') socket.write('* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\n');
        if (command === 'SELECT') socket.write('* 3000000 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 9] x\r\n');
        if (command === 'IDLE') socket.write('+ idling\r\n');
        socket.write(before);
        if (command === 'IDLE') idle = tag;
        else if (tag !== 'DONE') socket.write(`${tag} ${end}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

async function connected(says: Record<string, Said>) {
  said = says;
  const { port } = server.address() as AddressInfo;
  const auth = { user: 'ada', pass: 'secret' };
  const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth, logger: false, disableAutoIdle: true });
  client.on('error', () => undefined);
  const failures: ImapFailure[] = [];
  boundMessageSets(client, (failure) => {
    failures.push(failure);
    client.close();
  });
  await client.connect();
  await client.mailboxOpen('INBOX');
  return { client, failures };
}

async function opened(): Promise<ImapConnection> {
  const { port } = server.address() as AddressInfo;
  const imap = { host: '127.0.0.1', port, tls: 'none', user: 'ada', folder: 'INBOX' } as const;
  const auth = { type: 'password', secret: 'sealed' } as const;
  const account = { address: 'ada@example.com', since: 'now', after: 'keep', imap: { ...imap, auth } } as const;
  const { signal } = new AbortController();
  return ImapConnection.open(
    { organisationId: 'org_1', account, secret: 'secret' },
    AllowList.parse('127.0.0.1'),
    signal,
  );
}

const all = (...sets: string[]): Said => ({ before: sets.map((set) => `* ESEARCH UID ALL ${set}\r\n`).join('') });

const oneByOne = (messages: number): Said => ({
  before: `* SEARCH ${Array.from({ length: messages }, (_, index) => index + 1).join(' ')}\r\n`,
});

it('what a search found is read, also where the server names ranges', async () => {
  const { client, failures } = await connected({ SEARCH: all('1:3,7', '9') });
  expect(await client.search({ uid: '1:*' }, { uid: true })).toEqual([1, 2, 3, 7, 9]);
  expect(await client.search({ uid: '1:*' }, { uid: true })).toEqual([1, 2, 3, 7, 9]);
  expect(failures).toEqual([]);
  client.close();
});

it.each([
  ['in one range', all('1:20001')],
  ['in a range from its end', all('20001:1')],
  ['in several ranges', all('1:12000,12001:24000')],
  ['in several responses', all('1:12000', '12001:24000')],
  ['in a response with a number', { before: '* 1 ESEARCH UID ALL 1:20001\r\n' }],
  ['one by one', oneByOne(20_001)],
  ['one by one, in several responses', { before: (oneByOne(12_000).before ?? '').repeat(2) }],
  ['one by one, in many responses that are not numbers alone', { before: '* SEARCH 7 NIL\r\n'.repeat(10_001) }],
])('a search that found more than may be held fails before it is expanded: %s', async (_, found) => {
  const { client, failures } = await connected({ SEARCH: found });
  await expect(client.search({ uid: '1:*' }, { uid: true })).rejects.toThrow();
  expect(failures.map(({ kind }) => kind)).toContain('excess');
});

it('as many as may be held are found, page after page', async () => {
  const { client, failures } = await connected({ SEARCH: oneByOne(20_000) });
  for (let page = 0; page < 2; page++) expect(await client.search({ uid: '1:*' }, { uid: true })).toHaveLength(20_000);
  expect(failures).toEqual([]);
  client.close();
});

it('a server that names a million new messages in a few bytes is left, whatever it says that the folder has', async () => {
  said = { SEARCH: all('1:950000') };
  const connection = await opened();
  await connection.openFolder('INBOX', false);
  await expect(connection.newAbove(0)).rejects.toMatchObject({ kind: 'excess' });
  expect(connection.isClosed).toBe(true);
});

it('so is one that sends more rows than it is asked for', async () => {
  said = { FETCH: { before: '* 5 FETCH (UID 5)\r\n'.repeat(20_001) } };
  const connection = await opened();
  await connection.openFolder('INBOX', false);
  await expect(connection.newest()).rejects.toMatchObject({ kind: 'excess' });
  expect(connection.isClosed).toBe(true);
});

it.each([
  ['says nothing of them', ''],
  ['says the same of all', '* 2990001 FETCH (UID 5)\r\n* 1495001 FETCH (UID 5)\r\n'],
])('a server that has more new messages than it names and %s is left', async (_, before) => {
  said = { SEARCH: all('2:9'), FETCH: { before } };
  const connection = await opened();
  await connection.openFolder('INBOX', false);
  await expect(connection.newAbove(1)).rejects.toMatchObject({ kind: 'other' });
  connection.close();
});

it('messages that have vanished are not gone through', async () => {
  const { client } = await connected({
    NOOP: { before: '* VANISHED 1:100\r\n* VANISHED (EARLIER) 1:100\r\n* 1 VANISHED 1:100\r\n' },
  });
  let gone = 0;
  client.on('expunge', () => gone++);
  await client.noop();
  expect(gone).toBe(0);
  client.close();
});

it.each([
  ['with the response', { MOVE: { end: 'OK [COPYUID 1 1:100 1:100] moved' } }],
  ['before the response', { MOVE: { before: '* OK [COPYUID 1 1:100 1:100] moved\r\n' } }],
])('the numbers that moved messages have are not expanded: %s', async (_, says) => {
  const { client } = await connected(says);
  const moved = await client.messageMove('1', 'Done', { uid: true });
  expect(moved).toMatchObject({ destination: 'Done' });
  expect(moved).not.toHaveProperty('uidMap');
  client.close();
});

it('of the folders that a server lists none but the open one is kept', async () => {
  said = { LIST: { before: '* LIST () "/" "INBOX"\r\n* LIST () "/" "Other"\r\n* LIST () "/" "Third"\r\n' } };
  const connection = await opened();
  await connection.openFolder('INBOX', false);
  const { line } = connection as unknown as { line: { client: { folders: Map<string, unknown> } } };
  expect([...line.client.folders.keys()]).toEqual(['INBOX']);
  connection.close();
});

it('a server that floods whoever waits for messages is left, and the reason is given', async () => {
  said = { IDLE: { before: '* 1 FETCH (FLAGS ())\r\n'.repeat(20_000) } };
  const connection = await opened();
  await connection.openFolder('INBOX', false);
  const waited = connection.untilChanged(60_000, new AbortController().signal);
  await expect(waited).rejects.toMatchObject({ kind: 'excess' });
  expect(connection.isClosed).toBe(true);
});

it('so is one that floods whoever waits a little each time', async () => {
  said = { IDLE: { before: '* 3000001 EXISTS\r\n'.repeat(3_000) } };
  const connection = await opened();
  await connection.openFolder('INBOX', false);
  const waits = async (): Promise<void> => {
    for (let wait = 0; wait < 30; wait++) {
      await connection.untilChanged(60_000, new AbortController().signal);
      await sleep(10);
      // As a look does.
      await connection.openFolder('INBOX', false);
    }
  };
  await expect(waits()).rejects.toMatchObject({ kind: 'excess' });
  connection.close();
});
