import { longestIncreasing } from './longest-increasing.js';

it.each([
  [[], []],
  [
    [1, 2, 3],
    [0, 1, 2],
  ],
  [[3, 2, 1], [2]],
  [
    [2, 0, 1, 5, 3],
    [1, 2, 4],
  ],
])('the longest run of %j is at %j', (numbers, positions) => {
  expect([...longestIncreasing(numbers)].sort()).toEqual(positions);
});
