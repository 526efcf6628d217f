import { LIMITS } from '@millrace/contracts';
import { FakeSmtpServer, type FakeSmtpMessage } from '@millrace/testing';
import { aMailer, runEmail, sendersOf } from '../../test/support/mail.js';
import { HEADERS, VECTORS } from '../../test/support/mail-injections.js';
import type { CallFiles } from '../files/execution-files.js';

const CONTENT = Buffer.from('what is in it');

/** One file, of whatever is asked for; its name has no ending from which a reader would recognise its type. */
const files: CallFiles = {
  write: () => Promise.reject(new Error('Nothing is written here')),
  open: () =>
    Promise.resolve({
      ...{ id: 'file_1', name: 'a', type: 'text/plain', size: CONTENT.length, sha256: '' },
      read: async function* () {
        yield await Promise.resolve(CONTENT);
      },
    }),
};

let server: FakeSmtpServer;
const mailer = aMailer();
beforeAll(async () => {
  server = await FakeSmtpServer.start();
});
afterAll(async () => {
  mailer.close();
  await server.stop();
});
beforeEach(() => void server.messages.splice(0));

/** The e-mail with one attachment for which an expression gives this. */
async function sent(members: object, value: string): Promise<FakeSmtpMessage> {
  const attachments = [{ file: '{{input.file}}', ...members }];
  const config = { to: 'ada@example.com', subject: 'S', body: 'B', attachments };
  await runEmail(mailer, sendersOf(server), config, { input: { file: {}, value }, files });
  expect(server.messages).toHaveLength(1);
  return server.messages[0] as FakeSmtpMessage;
}

function expectOneFile({ recipients, headerNames, mail }: FakeSmtpMessage): void {
  expect(recipients).toEqual(['ada@example.com']);
  // The encoding is that of its parts.
  expect([...headerNames].sort()).toEqual(HEADERS.filter((name) => name !== 'content-transfer-encoding'));
  expect([mail.text?.trim(), mail.html]).toEqual(['B', false]);
  expect(mail.attachments).toHaveLength(1);
  const [attachment] = mail.attachments;
  expect([attachment?.contentDisposition, attachment?.content.toString()]).toEqual(['attachment', String(CONTENT)]);
  expect([...(attachment?.headers.keys() ?? [])].sort()).toEqual([
    ...['content-disposition', 'content-transfer-encoding', 'content-type'],
  ]);
}

describe('what an expression gives for an attachment', () => {
  it.each(VECTORS)('is a name of one line, without a path: %j', async (vector) => {
    const message = await sent({ filename: '{{input.value}}' }, `../b${vector}.txt`);
    expectOneFile(message);
    const name = message.mail.attachments[0]?.filename ?? '';
    expect(name).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}/\\]/u);
    expect(name).toMatch(/\.txt$/);
  });

  it.each(VECTORS)('is the type of a file, or nothing: %j', async (vector) => {
    const message = await sent({ content_type: '{{input.value}}' }, `text/html${vector}`);
    expectOneFile(message);
    expect(message.mail.attachments[0]?.contentType).toBe('application/octet-stream');
  });

  it.each(['message/rfc822', 'multipart/mixed; boundary=x', 'MULTIPART/alternative'])(
    'makes no part of the message of it: %s',
    async (type) => {
      const message = await sent({ content_type: '{{input.value}}' }, type);
      expectOneFile(message);
      expect(message.mail.attachments[0]?.contentType).toBe('application/octet-stream');
    },
  );
});

it.each([
  ['files', LIMITS.mailAttachments + 1, 1, LIMITS.mailAttachments],
  ['bytes together', 2, LIMITS.mailAttachmentBytes / 2 + 1, LIMITS.mailAttachmentBytes],
])('are refused, and nothing is sent, with more %s than an e-mail takes', async (_, count, size, limit) => {
  const large: CallFiles = {
    ...files,
    open: async (...asked) => ({ ...(await files.open(...asked)), size }),
  };
  const config = { to: 'ada@example.com', subject: 'S', body: 'B', attachments: '{{input.files}}' };
  const input = { files: Array.from({ length: count }, () => ({})) };
  await expect(runEmail(mailer, sendersOf(server), config, { input, files: large })).rejects.toMatchObject({
    code: 'EMAIL_INVALID',
    details: { limit },
  });
  expect(server.messages).toEqual([]);
});
