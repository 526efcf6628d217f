import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

/** What a row names: a file of tests, and the names of tests in it. */
interface Named {
  readonly file: string;
  readonly tests: readonly string[];
}

/** A row of a table of promises. */
interface Promised {
  readonly promise: string;
  /** What it says of how it is shown. */
  readonly shownBy: string;
  readonly named: readonly Named[];
}

function promisesOf(page: string): Promised[] {
  return text(page)
    .split('\n')
    .flatMap((line) => {
      const [before, promise = '', shownBy = '', after] = line.split('|').map((cell) => cell.trim());
      const isRow = before === '' && after === '' && shownBy !== '';
      return !isRow || /^(?:promise|-+)$/.test(promise) ? [] : [{ promise, shownBy, named: namedIn(shownBy) }];
    });
}

function namedIn(cell: string): Named[] {
  const parts = cell.split(/`([^`]+\.test\.ts)`/).slice(1);
  return parts.flatMap((file, index) => (index % 2 === 1 ? [] : [{ file, tests: quotedIn(parts[index + 1] ?? '') }]));
}

function quotedIn(part: string): string[] {
  return [...part.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
}

/** The names of the tests of a file, and of what they are grouped by. */
function testsOf(file: string): string[] {
  const named = text(file).matchAll(/(?:\b(?:describe|it|test)|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g);
  return [...named].map(([, , name = '']) => name.replaceAll(/\\(.)/g, '$1'));
}

/*
 * Pages that name a test for each promise. A test that is moved, renamed or deleted takes its promise with it.
 */
describe.each(['docs/execution-semantics.md', 'docs/triggers.md'])('%s', (page) => {
  const promises = promisesOf(page);

  it('names a test for each promise, or what measures it', () => {
    expect(promises.length).toBeGreaterThan(30);
    const isShown = ({ shownBy, named }: Promised): boolean => {
      const [, measured] = /`npm run bench -- (\S+)`/.exec(shownBy) ?? [];
      if (named.length === 0) return measured !== undefined && existsSync(join(root, 'bench', measured, 'run.mjs'));
      return named.every(({ tests }) => tests.length > 0);
    };
    expect(promises.filter((promise) => !isShown(promise)).map(({ promise }) => promise)).toEqual([]);
  });

  it('names tests that are there, by names that they have', () => {
    const missing = promises
      .flatMap(({ named }) => named)
      .flatMap(({ file, tests }) => {
        if (!existsSync(join(root, file))) return [file];
        const there = testsOf(file);
        return tests.filter((name) => !there.some((one) => one.includes(name))).map((name) => `${file}: ${name}`);
      });
    expect(missing).toEqual([]);
  });
});

it.each(['webhook-dispatcher', 'scheduler', 'email-ingest'])(
  'every file of tests of %s that needs servers is named by a promise of triggers or executions',
  (service) => {
    const pages = text('docs/triggers.md') + text('docs/execution-semantics.md');
    const files = readdirSync(join(root, 'apps', service, 'test'))
      .filter((name) => name.endsWith('.int.test.ts'))
      .map((name) => `apps/${service}/test/${name}`);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !pages.includes(`\`${file}\``))).toEqual([]);
  },
);

it('no page names a file of tests that is not there', () => {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const missing = pages.flatMap((page) =>
    [...text(`docs/${page}`).matchAll(/`((?:apps|packages|e2e)\/[^`*<]+\.test\.ts)`/g)]
      .map(([, file = '']) => file)
      .filter((file) => !existsSync(join(root, file)))
      .map((file) => `${page}: ${file}`),
  );
  expect(missing).toEqual([]);
});
