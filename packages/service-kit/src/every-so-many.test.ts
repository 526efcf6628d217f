import { EverySoMany } from './every-so-many.js';

it('says so of the last of so many of a key, again and again, whatever comes of others', () => {
  const every = new EverySoMany(10);
  const due = ['a', 'a', 'b', 'a', 'a', 'b', 'a', 'b', 'a'].map((key) => every.count(key, 3));
  expect(due).toEqual([false, false, false, true, false, false, false, true, true]);
});

it('counts anew when there are more keys than it remembers, and not for one that it knows', () => {
  const every = new EverySoMany(2);
  expect(['a', 'b', 'b', 'a'].map((key) => every.count(key, 2))).toEqual([false, false, true, true]);
  expect(['a', 'b', 'c', 'a', 'c'].map((key) => every.count(key, 2))).toEqual([false, false, false, false, true]);
});

it('is due each time when so many is one', () => {
  const every = new EverySoMany(2);
  expect(['a', 'a', 'b'].map((key) => every.count(key, 1))).toEqual([true, true, true]);
});
