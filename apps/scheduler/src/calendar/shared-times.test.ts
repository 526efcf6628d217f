import { changesOf, EXPRESSIONS } from '../../test/minute-walker.fixture.js';
import { CronTimes } from './cron-times.js';
import { sharedCronTimes } from './shared-times.js';

const HOUR = 60 * 60 * 1_000;

describe('what is remembered is what a new question finds', () => {
  test.each(['Europe/Berlin', 'Australia/Lord_Howe', 'UTC'])('around changes of the clocks in %s', (zone) => {
    const [change = Date.parse('2026-03-29T01:00:00Z')] = changesOf(zone);
    for (const { cron } of EXPRESSIONS) {
      const times = sharedCronTimes(cron, zone);
      // Back and forth, as schedules ask that have come to different times.
      for (let step = 0; step < 120; step++) {
        const instant = change - 30 * HOUR + ((step * 7_919 * 60_000) % (60 * HOUR));
        const asked = new CronTimes(cron, zone).after(instant);
        expect({ cron, instant, found: times.after(instant) }).toEqual({ cron, instant, found: asked });
      }
    }
  });
});

test('schedules of the same expression and zone share one object, others do not', () => {
  const times = sharedCronTimes('5 4 * * *', 'Europe/Berlin');
  expect(sharedCronTimes('5 4 * * *', 'Europe/Berlin')).toBe(times);
  expect(sharedCronTimes('5 4 * * *', 'UTC')).not.toBe(times);
  expect(sharedCronTimes('6 4 * * *', 'Europe/Berlin')).not.toBe(times);
});
