import { FakeSmtpServer } from '@millrace/testing';
import { aMailer } from '../../test/support/mail.js';
import { MailTest } from './mail-test.js';
import type { Mailer } from './mailer.js';
import type { MailSender } from './sender.js';

let server: FakeSmtpServer;
let mailer: Mailer;

beforeEach(async () => {
  server = await FakeSmtpServer.start();
  mailer = aMailer('127.0.0.1');
});
afterEach(async () => {
  mailer.close();
  await server.stop();
});

/** A test with so many milliseconds for it. */
function run(limitMs: number, ratePerMinute = 0): Promise<unknown> {
  const sender: MailSender = {
    key: 'k',
    label: '"support"',
    organisationId: 'org_1',
    account: { host: '127.0.0.1', port: server.port, tls: 'none' },
    from: { name: '', address: 'support@example.com' },
    ratePerMinute,
  };
  const test = new MailTest(mailer, { find: () => Promise.resolve(sender) }, limitMs);
  return test.run({ organisationId: 'org_1', name: 'support', to: 'ada@example.com' });
}

it('ends at its limit when the server is silent, and says that the e-mail may have arrived', async () => {
  await run(20_000); // The mail library is loaded and the connection is made, so that the limit is met by the message.
  server.behave({ message: () => 'hang' });
  await expect(run(2_000)).rejects.toMatchObject({ code: 'EMAIL_POSSIBLY_SENT' });
});

it('ends at its limit when the sender has sent as much as it may in this minute', async () => {
  await run(20_000, 1);
  await expect(run(100, 1)).rejects.toMatchObject({ code: 'EMAIL_FAILED' });
  expect(server.messages).toHaveLength(1);
});
