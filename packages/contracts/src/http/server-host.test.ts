import { mailboxRequestSchema } from './mailboxes.js';
import { serverHost } from './server-host.js';

const schema = serverHost(253, 'imap.example.com');
const problemsOf = (host: string) => schema.safeParse(host).error?.issues.map(({ message }) => message) ?? [];

test.each(['imap.example.com', 'mail_1', '192.0.2.1', '2001:db8::1', '::1'])('%s is a server', (host) => {
  expect(problemsOf(host)).toEqual([]);
});

test.each(['imap.example.com:993', '192.0.2.1:143', 'localhost:'])(
  '%s has a port, which is a member of its own',
  (host) => {
    expect(problemsOf(host)).toEqual(['must be without a port: that is "port", beside it']);
  },
);

test.each(['imaps://imap.example.com', 'imap example', ''])('%j is none', (host) => {
  expect(problemsOf(host)).toContain(
    host === ''
      ? 'Too small: expected string to have >=1 characters'
      : 'must be the name or the address of a server, such as imap.example.com',
  );
});

test('a mailbox is refused whose host has a port', () => {
  const imap = { host: 'imap.example.com:993', user: 'a', auth: { secret: 'b' } };
  expect(mailboxRequestSchema.safeParse({ address: 'a@example.com', imap }).error?.issues).toMatchObject([
    { path: ['imap', 'host'], message: expect.stringContaining('without a port') },
  ]);
});
