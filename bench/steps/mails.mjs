import { createRequire } from 'node:module';
import { join } from 'node:path';
import { table } from '@millrace/local/table';
import { built, root, startScene } from './scene.mjs';
import { inPairs } from './pairs.mjs';

const MAILS = 1_000;
const ROUNDS = 3;

/**
 * 1,000 e-mails by `email` steps of as many executions, against nodemailer's pool with as many connections to the same server.
 * @param {number} rounds
 */
export async function measureMails(rounds) {
  const { FakeSmtpServer } = await built('packages/testing/dist/index.js');
  const { LIMITS } = await built('packages/contracts/dist/index.js');
  const { createTransport } = createRequire(join(root, 'apps/executor/package.json'))('nodemailer');
  const smtp = await FakeSmtpServer.start();
  const scene = await startScene({
    MILLRACE_SMTP_URL: `smtp://127.0.0.1:${smtp.port}?tls=none`,
    MILLRACE_MAIL_FROM: 'Example <no-reply@example.com>',
    MILLRACE_MAIL_RATE_PER_MINUTE: '0',
  });
  const [to, subject, text] = ['ada@example.com', 'Hello', 'x'.repeat(1_000)];
  const server = { host: '127.0.0.1', port: smtp.port, ignoreTLS: true };
  const pool = createTransport({ ...server, pool: true, maxConnections: LIMITS.mailConnections });
  const steps = [{ id: 'send', type: 'email', config: { to, subject, body: text } }];
  try {
    const bare = () =>
      timeOf(() =>
        Promise.all(Array.from({ length: MAILS }, () => pool.sendMail({ from: 'no-reply@example.com', to, subject, text }))),
      ); // prettier-ignore
    const whole = () => timeOf(() => scene.run(steps, MAILS));
    const times = await inPairs(Math.min(rounds, ROUNDS), counted(bare), counted(whole));
    console.log(
      table(
        [`${MAILS} e-mails`, 'seconds', 'of the line before'],
        [
          ["nodemailer's pool", times.bare.toFixed(2), ''],
          ['email steps, executions and all', times.whole.toFixed(2), `${times.ratio.toFixed(2)} ×`],
        ],
      ),
    );
    console.log(`${smtp.connections} connections in all, at most ${LIMITS.mailConnections} at once on each side`);
  } finally {
    pool.close();
    await scene.stop();
    await smtp.stop();
  }

  /** Each e-mail has to come, once. @param {() => Promise<number>} send */
  function counted(send) {
    return async () => {
      smtp.messages.splice(0);
      const seconds = await send();
      if (smtp.messages.length !== MAILS) throw new Error(`${smtp.messages.length} of ${MAILS} e-mails came`);
      return seconds;
    };
  }
}

/** In seconds. @param {() => Promise<unknown>} work */
async function timeOf(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}
