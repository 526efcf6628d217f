/** The header fields that an e-mail of one text has. */
export const HEADERS: readonly string[] = [
  ...['from', 'to', 'subject', 'message-id', 'date', 'auto-submitted', 'x-auto-response-suppress', 'mime-version'],
  ...['content-type', 'content-transfer-encoding', 'x-workflow-run'],
].sort();

/** What somebody may type to reach more people, or to write headers. */
export const VECTORS: readonly string[] = [
  '\r\nBcc: evil@example.org',
  '\nBcc: evil@example.org',
  '\rBcc: evil@example.org\r',
  '\r\n\r\n<p>another body</p>',
  '\r\n.\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<evil@example.org>\r\nDATA\r\n',
  '>\r\nRCPT TO:<evil@example.org',
  '\0\u0085\u2028Bcc: evil@example.org\u2029',
  ', evil@example.org',
  '; Bcc: evil@example.org;',
  ' <evil@example.org>',
  '=?utf-8?q?=0d=0aBcc:_evil@example.org?=',
  '\r\nContent-Type: text/html\r\nX-Evil: 1',
];
