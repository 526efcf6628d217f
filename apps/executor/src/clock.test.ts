import { MovedClock } from '../test/support/moved-clock.js';
import { notBehind } from './clock.js';

it('a clock that is behind one that was seen is put right by what it lacks; one that is ahead, or nearly right, stays as it is', () => {
  const clock = new MovedClock();
  const now = clock.now();
  expect(notBehind(clock, now - 3_600_000)).toBe(clock);
  expect(notBehind(clock, now + 900)).toBe(clock);
  const right = notBehind(clock, now + 3_600_000);
  expect(right.now()).toBe(now + 3_600_000);
  let called = 0;
  right.after(500, () => called++);
  clock.move(499);
  expect([called, right.now()]).toEqual([0, now + 3_600_499]);
  clock.move(1);
  expect(called).toBe(1);
});
