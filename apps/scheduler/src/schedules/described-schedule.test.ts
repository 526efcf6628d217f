import { LIMITS } from '@millrace/contracts';
import { describedSchedule } from './described-schedule.js';

it.each([
  [{ cron: '30 2 * * *' }, 'At 02:30'],
  [{ cron: '0 9 * * MON-FRI' }, 'At 09:00, Monday through Friday'],
  [{ cron: '*/15 * * * *' }, 'Every 15 minutes'],
  [{ cron: '0 30 6 * * *' }, 'At 06:30'],
  [{ cron: '@daily' }, 'At 00:00'],
  [{ cron: '@midnight' }, 'At 00:00'],
  [{ cron: '@weekdays' }, 'At 00:00, Monday through Friday'],
  [{ cron: '@weekends' }, 'At 00:00, only on Sunday and Saturday'],
  [{ cron: '@minutely' }, 'Every minute'],
  [{ cron: '@secondly' }, 'Every second'],
  [{ cron: '0 9 L * *' }, 'At 09:00, on the last day of the month'],
  [{ cron: '0 9 1-7 * MON' }, 'At 09:00, between day 1 and 7 of the month or on Monday'],
  [
    { cron: ' 0 30 9 13 1,2 MON-FRI ' },
    'At 09:30, on day 13 of the month or Monday through Friday, only in January and February',
  ],
  [{ cron: '*/5 * L * 5L' }, 'Every 5 minutes, on the last day of the month or on the last Friday of the month'],
  [{ cron: '0 9 1-7 * ?' }, 'At 09:00, between day 1 and 7 of the month'],
  [{ interval: '15m' }, 'Every 15 minutes'],
  [{ interval: '1h' }, 'Every hour'],
  [{ interval: 90 }, 'Every 1 minute 30 seconds'],
  [{}, null],
])('says %j in words', async (schedule, words) => {
  expect(await describedSchedule(schedule)).toBe(words);
});

it.each(['H H * * *', '*/61 * * * *', '0 0,*/24 * * *', '*/1000000000 * * * * *'])(
  'says nothing of %s, which it does not know or would say wrongly',
  async (cron) => {
    expect(await describedSchedule({ cron })).toBeNull();
  },
);

it('is short, whatever the expression lists', async () => {
  const every = (last: number) => Array.from({ length: last + 1 }, (_, index) => index).join(',');
  const words = await describedSchedule({ cron: `${every(59)} ${every(59)} ${every(23)} * * *` });
  expect(words?.length).toBeLessThanOrEqual(LIMITS.scheduleDescriptionCharacters);
});
