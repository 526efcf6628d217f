import { FakeSmtpServer, waitUntil } from '@millrace/testing';
import { aMailer, runEmail, sendersOf } from '../../test/support/mail.js';
import { systemClock } from '../clock.js';
import type { Mailer } from './mailer.js';

const CONFIG = { to: 'ada@example.com', subject: 'S', body: 'B' };

let server: FakeSmtpServer;
let mailers: Mailer[];

beforeEach(async () => {
  server = await FakeSmtpServer.start();
  mailers = [];
});
afterEach(async () => {
  for (const mailer of mailers) mailer.close();
  await server.stop();
});

/** Sends an e-mail by a mailer of its own whose attempts may take so long where their step has no timeout. */
function send(sendMs?: number, call: { readonly timeoutMs?: number } = {}): Promise<unknown> {
  const mailer = aMailer('', systemClock, sendMs);
  mailers.push(mailer);
  return runEmail(mailer, sendersOf(server), CONFIG, call);
}

it('an attempt without a timeout ends at its own bound, and says that the e-mail may be sent once it was handed over', async () => {
  await send(); // The mail library is loaded, so that the bound is met by the message.
  server.behave({ message: () => 'hang' });
  await expect(send(1_500)).rejects.toMatchObject({ code: 'EMAIL_POSSIBLY_SENT', retryable: false });
  await waitUntil('the end of its connection', () => server.open === 1);
  expect(server.messages).toHaveLength(2);
  // Before the silence of the server would end it.
}, 30_000);

it('an attempt has no such bound where its step has a timeout', async () => {
  await expect(send(0)).rejects.toMatchObject({ code: 'EMAIL_FAILED' });
  await send(0, { timeoutMs: 60_000 });
  expect(server.messages).toHaveLength(1);
});
