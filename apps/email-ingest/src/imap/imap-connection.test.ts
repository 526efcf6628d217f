import { AllowList } from '@millrace/service-kit/safe-http';
import { INNER_HOSTS, InnerListener } from '@millrace/testing';
import { ImapConnection } from './imap-connection.js';

it('leads to no server that is not public, however its address is written', async () => {
  const listener = await InnerListener.start();
  const failures = await Promise.all(
    INNER_HOSTS.map(async (host) => {
      const imap = { host, port: listener.port, tls: 'none', user: 'ada', folder: 'INBOX' } as const;
      const auth = { type: 'password', secret: 'sealed' } as const;
      const account = { address: 'ada@example.com', since: 'now', after: 'keep', imap: { ...imap, auth } } as const;
      const opened = { organisationId: 'org_1', account, secret: 'secret' };
      const { signal } = new AbortController();
      return ImapConnection.open(opened, AllowList.parse(''), signal).then(
        () => [host, 'connected'],
        (error: Error) => [host, error.message],
      );
    }),
  );
  expect(failures.filter(([, what]) => what === 'connected')).toEqual([]);
  // The others are no addresses by themselves but names, and no server may know them.
  expect(failures.filter(([, what]) => what?.includes('is not public')).length).toBeGreaterThan(30);
  expect(listener.hits).toBe(0);
  await listener.stop();
});
