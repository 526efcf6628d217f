import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '@millrace/testing';
import { aMessage, IngestFixture } from './ingest.fixture.js';

/** A thousand in the long form of this test. */
const MESSAGES = Number(process.env.MILLRACE_MAIL_CRASH_MESSAGES ?? 100);
/** Each process is killed when it has started some of so many. */
const MOST_OF_ONE = 30;

let fixture: IngestFixture;
beforeAll(async () => {
  fixture = await IngestFixture.open();
}, 180_000);
afterAll(() => fixture.stop());

/** The service in a process of its own, as it is built. */
async function startProcess(): Promise<ChildProcess> {
  const port = await freePort();
  return spawn(process.execPath, [join(__dirname, '../dist/main.js')], {
    stdio: 'ignore',
    env: { ...fixture.environment, MILLRACE_HEALTH_PORT: String(port) },
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

it(`starts each of ${MESSAGES} messages once while the service is killed again and again`, async () => {
  const mailbox = await fixture.mailbox({ since: 'all' });
  for (let number = 0; number < MESSAGES; number++)
    fixture.deliver(mailbox, aMessage(mailbox.address, `Message ${number}`));
  let started = 0;
  let kills = 0;
  while (started < MESSAGES) {
    const child = await startProcess();
    const enough = Math.min(MESSAGES, started + 1 + Math.floor(Math.random() * MOST_OF_ONE));
    started = (await fixture.untilStarted(mailbox, enough, 60_000)).length;
    await kill(child);
    kills++;
  }
  // Whoever comes last finds nothing that was left.
  const last = await startProcess();
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Last'));
  await fixture.untilStarted(mailbox, MESSAGES + 1, 60_000);
  await kill(last);
  const subjects = (await fixture.starts(mailbox)).map(({ input }) => (input as { subject: string }).subject);
  expect([subjects.length, new Set(subjects).size]).toEqual([MESSAGES + 1, MESSAGES + 1]);
  expect(kills).toBeGreaterThan(1);
}, 300_000);
