import { timeZone } from './time-zone.js';

test('a zone is made once, however its name is written', () => {
  expect(timeZone('europe/BERLIN')).toBe(timeZone('Europe/Berlin'));
  expect(timeZone('Europe/Paris')).not.toBe(timeZone('Europe/Berlin'));
});

test('days that are asked for again are not looked up again, and those of a change to the second', () => {
  const zone = timeZone('Europe/Berlin');
  const asked = jest.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
  const summer = Date.UTC(2026, 2, 29, 1);
  const offsets = (): number[] =>
    [summer - 1, summer, summer - 86_400_000, summer + 86_400_000].map((at) => zone.offset(at));
  expect(offsets()).toEqual([3_600_000, 7_200_000, 3_600_000, 7_200_000]);
  const first = asked.mock.calls.length;
  expect(offsets()).toEqual([3_600_000, 7_200_000, 3_600_000, 7_200_000]);
  // The day of the change, twice.
  expect(asked.mock.calls.length - first).toBe(2);
  asked.mockRestore();
});
