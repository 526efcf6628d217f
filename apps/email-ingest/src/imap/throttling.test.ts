import { AllowList } from '@millrace/service-kit/safe-http';
import { MisbehavingServers } from '../../test/misbehaving-server.fixture.js';
import { ImapConnection } from './imap-connection.js';
import type { ImapFailure } from './imap-failure.error.js';

const servers = new MisbehavingServers();
afterAll(() => servers.close());

const THROTTLED = 'Request is throttled. Suggested Backoff Time: 92415 milliseconds';

/** What the use of a server ends with that says this to a command, and how often it was sent that. */
async function used(throttled: string, says: string) {
  let sent = 0;
  const port = await servers.start((socket, command, tag) => {
    if (command !== throttled) return false;
    sent++;
    socket.write(`${tag} ${says}\r\n`);
    return true;
  });
  const imap = { host: '127.0.0.1', port, tls: 'none', user: 'ada', folder: 'INBOX' } as const;
  const auth = { type: 'password', secret: 'sealed' } as const;
  const account = { address: 'ada@example.com', since: 'now', after: 'keep', imap: { ...imap, auth } } as const;
  const opened = { organisationId: 'org_1', account, secret: 'secret' };
  let connection: ImapConnection | undefined;
  try {
    connection = await ImapConnection.open(opened, AllowList.parse('127.0.0.1'), new AbortController().signal);
    await connection.openFolder('INBOX', true);
    await connection.newest();
    await connection.messagesIn('Done');
    await connection.newAbove(4);
    return { error: null, sent, isClosed: connection.isClosed };
  } catch (error) {
    return { error: error as Error, sent, isClosed: connection?.isClosed };
  } finally {
    connection?.close();
  }
}

it.each(['LOGIN', 'EXAMINE', 'FETCH', 'STATUS', 'SEARCH'])(
  'a server that says to %s for how long it is to be left alone is asked nothing more',
  async (command) => {
    for (const status of ['BAD', 'NO']) {
      const { error, sent, isClosed } = await used(command, `${status} ${THROTTLED}`);
      expect(error).toMatchObject({
        kind: 'other',
        pauseMs: 92_415,
        message: expect.stringContaining('93 s') as string,
      });
      expect([sent, isClosed]).toEqual([1, command === 'LOGIN' ? undefined : true]);
    }
  },
);

it.each(['OK Request is throttled. Suggested Backoff Time: 92415 milliseconds', 'BAD Backoff Time: 92415'])(
  'of %j no pause follows',
  async (says) => {
    const { error } = await used('SEARCH', says);
    expect((error as ImapFailure | null)?.pauseMs ?? 0).toBe(0);
  },
);
