import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from './limits.js';

const folder = join(__dirname, 'limits');

it('the parts of the limits are all taken, and share no name', () => {
  const parts = readdirSync(folder).flatMap((file) =>
    Object.values(jest.requireActual<Record<string, object>>(join(folder, file))),
  );
  expect(parts.flatMap((part) => Object.keys(part)).sort()).toEqual(Object.keys(LIMITS).sort());
});
