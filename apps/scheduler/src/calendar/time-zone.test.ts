import { timeZone } from './time-zone.js';

test('a zone is made once, however its name is written', () => {
  expect(timeZone('europe/BERLIN')).toBe(timeZone('Europe/Berlin'));
  expect(timeZone('Europe/Paris')).not.toBe(timeZone('Europe/Berlin'));
});
