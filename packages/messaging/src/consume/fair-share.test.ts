import { FairShare } from './fair-share.js';

/** Fills `slots` slots with messages of these keys, in turns, until none of them may begin; returns how many each has. */
function filled(slots: number, share: number, keys: readonly string[]): number[] {
  const fair = new FairShare({ keyOf: (subject) => subject, share });
  let free = slots;
  for (let began = true; began;) {
    began = false;
    for (const key of keys) {
      if (!fair.mayBegin(key, free)) continue;
      fair.began(key);
      free--;
      began = true;
    }
  }
  return keys.map((key) => fair.running(key));
}

test('a key that is alone gets its share of the slots', () => {
  expect(filled(61, 0.75, ['a'])).toEqual([46]);
  expect(filled(61, 0.5, ['a'])).toEqual([31]);
  expect(filled(61, 1, ['a'])).toEqual([61]);
});

test('keys that could use all of them get the same number, and leave some for a new one', () => {
  expect(filled(61, 0.75, ['a', 'b'])).toEqual([27, 26]);
  expect(filled(61, 0.75, ['a', 'b', 'c', 'd', 'e'])).toEqual([12, 12, 12, 11, 11]);
});

test('the last slot is for a key that has none', () => {
  expect(filled(1, 0.75, ['a'])).toEqual([1]);
  expect(filled(2, 0.99, ['a'])).toEqual([1]);
  expect(filled(2, 0.99, ['a', 'b'])).toEqual([1, 1]);
});

test('what has ended is free for others', () => {
  const fair = new FairShare({ keyOf: (subject) => subject, share: 0.5 });
  fair.began('a');
  fair.began('a');
  expect(fair.mayBegin('a', 2)).toBe(false);
  fair.ended('a');
  expect(fair.mayBegin('a', 3)).toBe(true);
  fair.ended('a');
  expect(fair.running('a')).toBe(0);
});

test('keys of which many messages run are known', () => {
  const fair = new FairShare({ keyOf: (subject) => subject, share: 0.5 });
  for (const key of ['a', 'b', 'a', 'a', 'b']) fair.began(key);
  expect([fair.keysWith(3), fair.keysWith(2), fair.keysWith(4)]).toEqual([['a'], ['a', 'b'], []]);
});
