import { LIMITS } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { waitUntil } from '@millrace/testing';
import { ScheduleInputs } from '../src/engine/schedule-inputs.js';
import { Fixture, type Published } from './scheduler.fixture.js';

const SECOND = 1_000;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.open();
}, 180_000);
afterAll(() => fixture.close());

/** A config as `definitions` publishes it. It has a number that no double holds, which is kept on its way. */
const configOf = (text: string) =>
  parseJson(`{"interval":"1s","catch_up":"all","input":{"id":9007199254740993,"text":"${text}"}}`) as object;

const inputsOf = async (workflow: Published) =>
  (await fixture.starts(workflow)).map(({ input }) => stringifyJson(input));

test('a large input is read once for all starts of a revision, and each start has all of it', async () => {
  const app = await fixture.start();
  const reads = jest.spyOn(app.get(ScheduleInputs), 'inputOf');
  const [before, after] = ['x'.repeat(300 * 1024), 'y'.repeat(8 * 1024)];
  const workflow = await fixture.publish([configOf(before)]);
  await waitUntil('three starts', async () => (await inputsOf(workflow)).length >= 3);
  expect(new Set(reads.mock.results.map(({ value }) => value as unknown)).size).toBe(1);

  await fixture.publish([configOf(after)], { since: fixture.now() + SECOND }, workflow);
  await waitUntil('a start as it is now', async () => (await inputsOf(workflow)).at(-1)?.includes('y') === true);
  expect(new Set(reads.mock.results.map(({ value }) => value as unknown)).size).toBe(2);
  const expected = [before, after].map((text) => `{"id":9007199254740993,"text":"${text}"}`);
  expect([...new Set(await inputsOf(workflow))]).toEqual(expected);
});

test('the starts of an organisation with large inputs count as several, and those of others are not put off by them', async () => {
  // Time stands still, so that nothing more may be started meanwhile.
  const stopped = fixture.now();
  fixture.now = () => stopped;
  const size = 60 * LIMITS.scheduledStartCharacters;
  const since = stopped - 120 * SECOND;
  const schedule = { interval: '1s', catch_up: 'all', catch_up_window: '10m' };
  const large = await fixture.publish([{ ...schedule, input: 'x'.repeat(size) }], { since });
  const most = Math.ceil(LIMITS.scheduledStartsPerMinute / 61);
  const started = async (workflow: Published) => (await fixture.scheduleOf(workflow)).counts.started;
  await waitUntil('all that it may start', async () => (await started(large)) >= most);
  const small = await fixture.publish([schedule], { since });
  await fixture.settled(small);
  expect(await started(small)).toBeGreaterThanOrEqual(119);
  expect(await started(large)).toBe(most);
});
