import { redactionBy, TextMask } from '@millrace/service-kit/redaction';
import { imapFailure } from './imap-failure.error.js';

const refused = (more: object) => Object.assign(new Error('Command failed'), { authenticationFailed: true, ...more });

it.each([
  [{ serverResponseCode: 'AUTHENTICATIONFAILED', responseStatus: 'NO', responseText: 'Authentication failed.' }],
  [{ serverResponseCode: 'EXPIRED', responseStatus: 'NO' }],
  [{ responseStatus: 'NO', responseText: 'LOGIN Invalid credentials' }],
])('%j is a wrong login', (more) => {
  expect(imapFailure(refused(more)).kind).toBe('login');
});

it('says what the server says in a sentence that ends once, and not how long the server took', () => {
  const messageOf = (more: object) => imapFailure(refused(more)).message;
  const login = { serverResponseCode: 'AUTHENTICATIONFAILED', responseText: 'Authentication failed.' };
  expect(messageOf(login)).toBe(
    'The server refuses the login: Authentication failed. Give the mailbox the right imap.user and imap.auth.secret.',
  );
  const folder = { mailboxMissing: true, responseStatus: 'NO', authenticationFailed: false };
  const took = "Mailbox doesn't exist: Orders (0.001 + 0.000 + 0.002 secs).";
  expect(messageOf({ ...folder, responseText: took })).toBe(
    "The mail server has no such folder. Correct imap.folder. It says: Mailbox doesn't exist: Orders",
  );
});

// The client says of each of these that the login failed.
it.each([
  [{ serverResponseCode: 'LIMIT', responseStatus: 'NO', responseText: 'Too many connections for this password' }],
  [{ serverResponseCode: 'UNAVAILABLE', responseStatus: 'NO', responseText: 'Temporary authentication failure' }],
  [{ responseStatus: 'BAD', responseText: 'User is authenticated but not connected' }],
  [{ responseStatus: 'NO', responseText: 'Try later' }],
])('%j passes by itself', (more) => {
  expect(imapFailure(refused(more)).kind).toBe('other');
});

it('distinguishes what a server refuses from what it refuses for a time', () => {
  const kindOf = (more: object): string => imapFailure(Object.assign(new Error('Command failed'), more)).kind;
  expect(kindOf({ responseStatus: 'NO', serverResponseCode: 'SERVERBUG' })).toBe('refused');
  expect(kindOf({ responseStatus: 'BAD' })).toBe('refused');
  expect(kindOf({ responseStatus: 'NO', serverResponseCode: 'UNAVAILABLE' })).toBe('other');
  expect(kindOf({ responseStatus: 'BYE' })).toBe('other');
});

it('says what the connection ended with', () => {
  const ended = Object.assign(new Error('Connection not available'), { code: 'NoConnection' });
  const cause = Object.assign(new Error('Literal of 1073741824 bytes'), { code: 'LiteralTooLarge' });
  expect(imapFailure(ended, cause)).toMatchObject({
    message: expect.stringMatching(/Literal of 1073741824 bytes \(LiteralTooLarge\)/) as string,
    kind: 'excess',
  });
});

it('has nothing of the secret, in whatever form the server repeats it, in its message or its cause', () => {
  const secret = 'correct-horse-battery-staple';
  const mask = new TextMask();
  mask.add(secret);
  const hide = redactionBy([mask]);
  for (const said of [
    secret,
    Buffer.from(`user=me\u0001auth=Bearer ${secret}`).toString('base64'),
    'x'.repeat(280) + secret,
  ]) {
    const error = refused({ serverResponseCode: 'AUTHENTICATIONFAILED', responseText: `No: ${said}` });
    for (const failure of [imapFailure(error, undefined, hide), imapFailure(undefined, new Error(said), hide)]) {
      const all = JSON.stringify([
        failure.message,
        failure.stack,
        (failure.cause as Error | undefined)?.message,
        failure.cause,
      ]);
      expect(all).toContain('•');
      for (const piece of [secret.slice(0, 16), Buffer.from(secret).toString('base64').slice(4, 20)])
        expect(all).not.toContain(piece);
    }
  }
});

it.each([
  ['ENOTFOUND', 'there is no host of this name', 'imap.host'],
  ['ECONNREFUSED', 'nothing takes connections at this host and port', 'imap.host or imap.port'],
  ['CONNECT_TIMEOUT', 'this host does not respond at this port', 'imap.host or imap.port'],
  ['GREETING_TIMEOUT', 'does not greet: the port may be one for implicit TLS', 'imap.port or imap.tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS at this port', 'imap.port or imap.tls'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired', 'imap.host'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for a host of another name', 'imap.host'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is signed by itself', 'imap.host'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'signed by nobody who is trusted here', 'imap.host'],
])('says what %s is, and what to correct', (code, what, fields) => {
  const { message, fields: named } = imapFailure(Object.assign(new Error('C0DE:error:0A00010B:SSL'), { code }));
  expect(message).toContain(what);
  expect(message).toMatch(new RegExp(`Correct ${fields} \\(${code}\\)$`));
  expect(message).not.toContain('0A00010B');
  expect(named.join(' or ')).toBe(fields);
});

it('says what to correct without a code: of a server without STARTTLS, a login and a folder', () => {
  const failed = (more: object, text = 'Command failed') => imapFailure(Object.assign(new Error(text), more));
  expect(failed({}, 'Server does not support STARTTLS').message).toContain('Correct imap.tls or imap.port');
  const login = failed({ authenticationFailed: true, serverResponseCode: 'EXPIRED' });
  expect([login.fields, login.message]).toEqual([
    ['imap.user', 'imap.auth.secret'],
    expect.stringContaining('imap.user and imap.auth.secret'),
  ]);
  const folder = failed({ mailboxMissing: true, responseText: 'Unknown Mailbox' });
  expect([folder.kind, folder.fields]).toEqual(['folder', ['imap.folder']]);
  expect(folder.message).toMatch(/has no such folder\. Correct imap\.folder.*Unknown Mailbox/);
});
