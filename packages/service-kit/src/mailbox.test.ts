import { parseMailbox } from './mailbox.js';

describe('a mailbox', () => {
  it.each([
    ['ada@example.com', '', 'ada@example.com'],
    ['  ada@example.com ', '', 'ada@example.com'],
    ['<ada@example.com>', '', 'ada@example.com'],
    ['Ada Lovelace <ada@example.com>', 'Ada Lovelace', 'ada@example.com'],
    ['"Lovelace, \\"Ada\\"" <ada+x@sub.example.com>', 'Lovelace, "Ada"', 'ada+x@sub.example.com'],
    ['Lovelace, Ada <ada@example.com>', 'Lovelace, Ada', 'ada@example.com'],
    ['Grüße <ada@bücher.example>', 'Grüße', 'ada@xn--bcher-kva.example'],
    ["o'neil_1@Example.COM", '', "o'neil_1@example.com"],
  ])('is read from %s', (text, name, address) => {
    expect(parseMailbox(text)).toEqual({ name, address });
  });

  it('is only one, however many a name looks like', () => {
    const text = 'evil@example.org, Bcc: other@example.org;, x <ada@example.com>';
    expect(parseMailbox(text)).toMatchObject({ address: 'ada@example.com' });
  });

  it.each([
    'ada@example.com\r\nBcc: evil@example.org',
    'ada@example.com\nRCPT TO:<evil@example.org>',
    'Ada\r\nBcc: evil@example.org <ada@example.com>',
    'ada@example.com\0',
    'ada@example.com\u0085',
    'ada@example.com\u2028Bcc: evil@example.org',
    'ada@example.com\u2029',
    'ada@example.com>\r\nRCPT TO:<evil@example.org',
    'ada@example.com> SIZE=1 <evil@example.org',
    'ada@example.com, evil@example.org',
    'ada@example.com;evil@example.org',
    'ada@example.com evil@example.org',
    'group: evil@example.org;',
    '"evil@example.org, x"@example.com',
    'ada@example.com@example.org',
    'ada@[127.0.0.1]',
    'ada@127.0.0.1',
    'ada@localhost',
    'ada@example..com',
    'ada@-example.com',
    '.ada@example.com',
    'ada.@example.com',
    'ad<a@example.com',
    'ädä@example.com',
    '=?utf-8?q?a=0d=0aBcc:?= <=?utf-8?q?x=0d=0a?=@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(64)}.com`,
    `ada@${'a.'.repeat(130)}com`,
    'x'.repeat(2_000),
    'ada',
    '@example.com',
    'ada@',
    '<>',
    '',
    '\ud83d <ada@example.com>',
  ])('is not %j', (text) => {
    expect(parseMailbox(text)).toEqual({ problem: expect.any(String) as string });
  });
});
