import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './temporary-folder.js';

interface TestOrder {
  readonly LONGEST: readonly string[];
  new (): { sort(tests: readonly { path: string }[]): { path: string }[] };
}

const root = join(import.meta.dirname, '..', '..', '..');
const require = createRequire(import.meta.url);
const { testSequencer } = require(join(root, 'jest.config.cjs')) as { testSequencer: string };
const Order = require(testSequencer.replace('<rootDir>', root)) as TestOrder;
const folder = temporaryFolder();

it('the tests that take longest are there, and run first; the others by their size', () => {
  expect(Order.LONGEST.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const sizes = { 'small.test.ts': 1, [Order.LONGEST[1] ?? '']: 2, 'large.test.ts': 3, [Order.LONGEST[0] ?? '']: 0 };
  const tests = Object.entries(sizes).map(([file, size]) => {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'x'.repeat(size));
    return { path };
  });
  expect(new Order().sort(tests).map(({ path }) => path.slice(folder.length + 1))).toEqual([
    ...[Order.LONGEST[0], Order.LONGEST[1], 'large.test.ts', 'small.test.ts'],
  ]);
});
