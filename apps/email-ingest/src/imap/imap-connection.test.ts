import { AllowList } from '@millrace/service-kit/safe-http';
import { INNER_HOSTS, INNER_ONLY_IN_URLS, InnerListener } from '@millrace/testing';
import { ImapConnection } from './imap-connection.js';

let listener: InnerListener;
beforeAll(async () => {
  listener = await InnerListener.start();
});
afterAll(() => listener.stop());

it.each(INNER_HOSTS)('does not lead to %s', async (host) => {
  const imap = { host, port: listener.port, tls: 'none', user: 'ada', folder: 'INBOX' } as const;
  const auth = { type: 'password', secret: 'sealed' } as const;
  const account = { address: 'ada@example.com', since: 'now', after: 'keep', imap: { ...imap, auth } } as const;
  const opened = { organisationId: 'org_1', account, secret: 'secret' };
  const { signal } = new AbortController();
  const what = await ImapConnection.open(opened, AllowList.parse(''), signal).then(
    () => 'connected',
    (error: Error) => error.message,
  );
  expect(what).toMatch(INNER_ONLY_IN_URLS.has(host) ? /is not public|cannot be/ : /is not public/);
  expect(listener.hits).toBe(0);
});
