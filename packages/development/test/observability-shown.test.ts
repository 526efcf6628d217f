import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './kubernetes/repository.js';
import { DOCUMENTED } from './observability/exported-series.js';
import { SHOWN_BY } from './observability/shown-by.js';

/* A metric that is there and never changes would look as if all were well. */

test('each metric of the page has a test that shows that it changes, and that names it', () => {
  expect(Object.keys(SHOWN_BY).sort()).toEqual(DOCUMENTED.map(({ name }) => name).sort());
  const unnamed = Object.entries(SHOWN_BY).filter(
    ([metric, file]) => !new RegExp(`${metric}(?:_count)?\\b`).test(readFileSync(join(REPOSITORY, file), 'utf8')),
  );
  expect(unnamed).toEqual([]);
});
