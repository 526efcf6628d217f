import { setTimeout as sleep } from 'node:timers/promises';
import { aMessage, IngestFixture, type TestMailbox } from './ingest.fixture.js';
import { kill, startProcess } from './ingest-process.fixture.js';

const IS_LONG = process.env['MILLRACE_LONG'] === '1';
const MESSAGES = IS_LONG ? 1_000 : 100;
/** Each process is killed when it has started some of so many, at the latest after so long. */
const MOST_OF_ONE = 30;
const LIFE_MS = 5_000;
/** Some seventy processes in a long run, each of which takes seconds to start. */
const LIMIT_MS = IS_LONG ? 3_300_000 : 1_200_000;

let fixture: IngestFixture;
beforeAll(async () => {
  fixture = await IngestFixture.open();
}, 180_000);
afterAll(() => fixture.stop());

const countStarted = async (mailbox: TestMailbox): Promise<number> => (await fixture.starts(mailbox)).length;

it(
  `starts each of ${MESSAGES} messages once while the service is killed again and again`,
  async () => {
    const mailbox = await fixture.mailbox({ since: 'all' });
    for (let number = 0; number < MESSAGES; number++)
      fixture.deliver(mailbox, aMessage(mailbox.address, `Message ${number}`));
    let started = 0;
    let kills = 0;
    while (started < MESSAGES) {
      const child = await startProcess(fixture.environment);
      const enough = Math.min(MESSAGES, started + 1 + Math.floor(Math.random() * MOST_OF_ONE));
      // Slow progress is progress: the next process goes on.
      const isEnough = fixture.untilStarted(mailbox, enough, 60_000).then(
        () => true,
        () => true,
      );
      // The first ones may take longer on a busy machine: nothing would ever be started then.
      while (!(await Promise.race([isEnough, sleep(LIFE_MS, false)])) && (await countStarted(mailbox)) === started);
      await kill(child);
      started = await countStarted(mailbox);
      kills++;
    }
    // Whoever comes last finds nothing that was left.
    const last = await startProcess(fixture.environment);
    fixture.deliver(mailbox, aMessage(mailbox.address, 'Last'));
    await fixture.untilStarted(mailbox, MESSAGES + 1, 60_000);
    await kill(last);
    const subjects = (await fixture.starts(mailbox)).map(({ input }) => (input as { subject: string }).subject);
    expect([subjects.length, new Set(subjects).size]).toEqual([MESSAGES + 1, MESSAGES + 1]);
    expect(kills).toBeGreaterThan(1);
  },
  LIMIT_MS,
);
