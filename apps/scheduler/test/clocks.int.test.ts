import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { RunRequested } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { Fixture, nominalTimesOf, unbroken, type Published } from './scheduler.fixture.js';
import { SchedulerProcess } from './scheduler-process.fixture.js';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;
/** Loaded into a process, it moves its clock by what a file says. */
const PRELOAD = path.join(__dirname, '..', '..', '..', 'e2e', 'src', 'faults', 'moved-clock.mjs');

let fixture: Fixture;
let folder: string;
let replicas: SchedulerProcess[];

beforeEach(async () => {
  fixture = await Fixture.open();
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-clock-'));
  replicas = [];
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.end('SIGKILL')));
  await fixture.close();
  rmSync(folder, { recursive: true });
});

const setClock = (offset: number) => writeFileSync(path.join(folder, 'offset'), String(offset));

async function start(settings: Readonly<Record<string, string>> = {}): Promise<SchedulerProcess> {
  const replica = await SchedulerProcess.start({ ...fixture.environment, ...settings });
  replicas.push(replica);
  return replica;
}

/** A scheduler whose clock is off by what {@link setClock} says. */
function startMoved(): Promise<SchedulerProcess> {
  const preload = `--import=${pathToFileURL(PRELOAD).href}`;
  return start({ NODE_OPTIONS: preload, MILLRACE_TEST_CLOCK_FILE: path.join(folder, 'offset') });
}

const publishAll = () =>
  Promise.all(
    ['none', 'latest', 'all'].map((catch_up) =>
      fixture.publish([{ interval: '1s', catch_up, catch_up_window: '2h' }], { since: Date.now() }),
    ),
  );

/** Waits until each has started that many times more. */
async function moreStarts(workflows: readonly Published[], count: number): Promise<void> {
  const before = await Promise.all(workflows.map(async (one) => (await fixture.starts(one)).length));
  await waitUntil('more starts', async () => {
    const now = await Promise.all(workflows.map(async (one) => (await fixture.starts(one)).length));
    return now.every((length, n) => length >= (before[n] ?? 0) + count);
  });
}

/** Holds what NATS has stored against the nominal times: its clock is that of the machine. */
async function expectOnTime(workflows: readonly Published[]): Promise<void> {
  const early = (await fixture.bus.readFrom(RunRequested, 1, 10_000)).filter(
    ({ payload, publishedAt }) => Date.parse(publishedAt) < (nominalTimesOf([payload])[0] ?? Infinity),
  );
  expect(early).toEqual([]);
  for (const workflow of workflows) {
    const times = await fixture.nominalTimes(workflow);
    expect(times).toEqual(unbroken(times, SECOND));
    expect((await fixture.scheduleOf(workflow)).counts).toMatchObject({ missed: 0, skipped: 0, refused: 0 });
  }
}

test.each([HOUR, -HOUR])(
  'a scheduler whose clock is off by %d ms starts nothing early, leaves nothing out and keeps no other from anything, and says so',
  async (offset) => {
    setClock(offset);
    const [moved] = await Promise.all([startMoved(), start()]);
    const workflows = await publishAll();
    await moreStarts(workflows, 5);
    await expectOnTime(workflows);
    const detail = expect.stringMatching(
      offset > 0 ? /is 36\d\d\.\d s ahead of that/ : /is 36\d\d\.\d s behind that/,
    ) as unknown;
    expect(await moved.checks()).toMatchObject({ clock: { status: 'down', detail } });
  },
);

test('a clock that jumps by an hour, forth and back, moves no start of two schedulers, nor of the one whose it is', async () => {
  setClock(0);
  await startMoved();
  const other = await start();
  const workflows = await publishAll();
  for (const offset of [HOUR, 0, -HOUR, 0, HOUR]) {
    await moreStarts(workflows, 2);
    setClock(offset);
  }
  await moreStarts(workflows, 2);
  await other.end('SIGTERM');
  for (const offset of [0, -HOUR, HOUR]) {
    await moreStarts(workflows, 2);
    setClock(offset);
  }
  await moreStarts(workflows, 3);
  await expectOnTime(workflows);
});
