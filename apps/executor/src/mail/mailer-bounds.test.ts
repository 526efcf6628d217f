import { FakeSmtpServer, waitUntil } from '@millrace/testing';
import { aMailer, runEmail, sendersOf } from '../../test/support/mail.js';
import { MovedClock } from '../../test/support/moved-clock.js';
import { systemClock } from '../clock.js';
import type { StepFailure } from '../steps/step-failure.js';
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

it('a reply that is larger than any needs to be is not read to its end', async () => {
  server.behave({ greeting: { status: 554, text: 'Go away' } });
  await expect(send()).rejects.toMatchObject({ code: 'EMAIL_REFUSED' });
  server.behave({ greeting: { status: 554, text: 'x'.repeat(64 * 1024) } });
  await expect(send()).rejects.toMatchObject({ code: 'EMAIL_FAILED' });
});

it('an e-mail that waits for its turn says so when the time of its step is over, and not any more once it has it', async () => {
  const clock = new MovedClock();
  const mailer = aMailer('', clock);
  mailers.push(mailer);
  const installation = await sendersOf(server).find('org_1', undefined);
  const senders = { find: () => Promise.resolve({ ...installation, ratePerMinute: 1 }) };
  await runEmail(mailer, senders, CONFIG);
  const told: (StepFailure | undefined)[] = [];
  const failTimeoutWith = (failure: StepFailure | undefined): void => void told.push(failure);
  const second = runEmail(mailer, senders, CONFIG, { timeoutMs: 4_000, failTimeoutWith });
  await waitUntil('the one that waits', () => clock.waiting === 1);
  expect(told).toMatchObject([
    { code: 'STEP_TIMEOUT', message: expect.stringMatching(/may send 1 a minute, until its timeout of 4000 ms/) },
  ]);
  clock.move(61_000);
  await second;
  expect(told[1]).toBeUndefined();
  expect(told[2]).toMatchObject({ code: 'EMAIL_POSSIBLY_SENT' });
});
