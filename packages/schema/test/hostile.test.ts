import { validateWorkflow, planWorkflow, stepDefinitions, triggerDefinitions } from '../src/index.js';
import { documentSchema, triggerBaseSchema } from '../src/document.js';
import { entriesAllowed, isOpen } from '../src/parse.js';
import { stepBaseSchema } from '../src/step-base.js';
import { hostileDocuments } from './fixtures/hostile-documents.js';
import { fieldsOf, hostileShapes, hostileTexts, sites } from './fixtures/hostile.js';

/** In the long form (`npm run test:long -- documents`) texts and shapes are as large as a document may be. */
const LONG = process.env['MILLRACE_LONG'] === '1';
const SIZE = LONG ? 1_000_000 : 32_000;

/** Milliseconds of CPU that one validation may take: far above what any takes, far below what anything quadratic takes. */
const MOST_CPU_MS = 3_000;

/** Characters that all problems of one validation may have as JSON. */
const MOST_ANSWER = 1_000_000;

const texts = hostileTexts(SIZE);
const shapes = hostileShapes(SIZE);

it.each(sites().map((site) => [site.name, site] as const))(
  '%s takes hostile texts and shapes in bounded time, and reports them in bounded space',
  (_name, site) => {
    const bad = Object.entries({ ...texts, ...shapes }).flatMap(([kind, value]) => {
      const found = cost(site.document(value));
      return found.milliseconds > MOST_CPU_MS || found.length > MOST_ANSWER ? [{ kind, ...found }] : [];
    });
    expect(bad).toEqual([]);
  },
);

it.each(Object.entries(hostileDocuments))('a document of %s is checked in bounded time and space', (_name, make) => {
  const { milliseconds, length } = cost(make());
  expect({ milliseconds: milliseconds > MOST_CPU_MS && milliseconds, length: length > MOST_ANSWER && length }).toEqual({
    milliseconds: false,
    length: false,
  });
});

it('no array and no object of the schemas takes more entries than it says', () => {
  const schemas = [
    documentSchema,
    stepBaseSchema,
    triggerBaseSchema,
    ...[...Object.values(stepDefinitions), ...Object.values(triggerDefinitions)].map((one) => one.config),
  ];
  const unlimited = schemas
    .flatMap((schema) => fieldsOf(schema))
    .filter(({ schema, entry }) => entry !== undefined && !isOpen(entry) && entriesAllowed(schema) === undefined);
  expect(unlimited.map(({ path }) => path.join('.'))).toEqual([]);
});

/** CPU time and size of the answer; the least of three when the first is too much, since the collector works when it likes. */
function cost(document: unknown): { milliseconds: number; length: number } {
  let least = Number.POSITIVE_INFINITY;
  let length = 0;
  for (let run = 0; run < 3 && least > MOST_CPU_MS; run += 1) {
    const before = process.cpuUsage();
    const { ok, problems } = validateWorkflow(document);
    if (ok) planWorkflow(document);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
    length = JSON.stringify(problems).length;
  }
  return { milliseconds: Math.round(least), length };
}
