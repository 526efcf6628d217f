import { copyName } from './copy-name.js';

it.each([
  ['Greet', 'Greet copy'],
  ['x'.repeat(200), `${'x'.repeat(195)} copy`],
  [`${'x'.repeat(194)}💩 the end`, `${'x'.repeat(194)} copy`],
])('the copy of "%s" is called "%s"', (name, copy) => {
  expect(copyName(name)).toBe(copy);
});
