import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryLimitMb } from '../src/kubernetes/workload.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* docs/capacity.md multiplies what others say: what an execution costs is in docs/performance.md, memory in the manifests. */

const pageOf = (name: string): string => readFileSync(join(REPOSITORY, 'docs', name), 'utf8');
const page = pageOf('capacity.md');

/** The cells of the rows of a page whose first cell begins with `name`. */
function rowsOf(text: string, name: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`| ${name}`))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

const [, ...measured] = /^\| workflow \| gateway.*$/m.exec(pageOf('performance.md'))?.[0].split('|') ?? [];
const columns = measured.map((cell) => cell.trim());

function costsOf(workflow: string): Record<string, number> {
  const [row = []] = rowsOf(pageOf('performance.md'), workflow).filter((cells) => cells.length === columns.length + 1);
  return Object.fromEntries(columns.map((name, index) => [name, Number(row[index + 1])]));
}

it.each([
  ['mixed', 'an execution of five steps'],
  ['effects', 'five calls of a service'],
])('what an execution of %s costs is what was measured', (workflow, row) => {
  const { all, workflow: _, '': __, Redis = NaN, 'all others': others = NaN, ...parts } = costsOf(workflow);
  const text = rowsOf(page, row)[0]?.[2] ?? '';
  const costs = text.replace('CPU ms: ', '').split(', ');
  const said = Object.fromEntries(costs.map((one) => [one.slice(0, -5), Number(one.slice(-4))]));
  expect(said).toEqual({ ...parts, 'Redis and others': Number((Redis + others).toFixed(2)) });
  expect(all).toBeGreaterThan(1);
});

it.each(['gateway', 'webhook-dispatcher', 'executor', 'history'])(
  'what %s needs is its cost times the load',
  (name) => {
    const [row = []] = rowsOf(page, `${name}: `);
    const cost = costsOf('mixed')[name] ?? NaN;
    expect(row[1]).toBe(`${name}: ${cost} ms × 2`);
    const processors = row.slice(2, 5).map((cell) => Number(cell.split(' → ')[0]));
    const reckoned = [10, 100, 1_000].map((rate) => Math.max(0.01, Number(((cost * 2 * rate) / 1_000).toFixed(2))));
    expect(processors).toEqual(reckoned);
  },
);

it('memory is what the manifests ask for', () => {
  const limit = SERVICES.reduce((sum, service) => sum + 2 * memoryLimitMb(service), 0);
  expect(rowsOf(page, 'seven services, two of each')[0]?.[3]).toBe(`${(limit / 1_024).toFixed(1)} GiB`);
});

it('each command that it names is there', () => {
  const named = [...page.matchAll(/npm run bench -- ([\w/-]+)/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(6);
  const isThere = (name: string) =>
    ['/run.mjs', '.mjs'].some((end) => existsSync(join(REPOSITORY, 'bench', name + end)));
  expect(named.filter((name) => !isThere(name))).toEqual([]);
});
