import { patienceAfter, READY_WITHIN_MS } from '../src/platform/service.mjs';

it('a service that was not ready in time has twice as long at its next start, up to eight minutes, and a minute once it was', () => {
  const patience = [READY_WITHIN_MS];
  for (const wasReady of [false, false, false, false, true, false])
    patience.push(patienceAfter(patience.at(-1) ?? 0, wasReady));
  expect(patience.map((ms) => ms / READY_WITHIN_MS)).toEqual([1, 2, 4, 8, 8, 1, 2]);
});
