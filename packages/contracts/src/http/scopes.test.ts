import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINTS } from './endpoints.js';
import { SCOPES } from './scopes.js';

const page = readFileSync(join(__dirname, '../../../../docs/tokens.md'), 'utf8');

test('the page about tokens says of each scope under which headings its calls are', () => {
  const rows = page.matchAll(/^\| `([a-z]+:[a-z]+)` +\|[^|]+\| ([^|]+)\|$/gm);
  const told = Object.fromEntries(
    Array.from(rows, ([, scope = '', groups = '']) => [scope, groups.trim().split(', ').sort()]),
  );
  const groupsOf = (scope: string): string[] => [
    ...new Set(ENDPOINTS.filter(({ access }) => access === scope).map(({ group }) => group)),
  ];
  expect(told).toEqual(Object.fromEntries(SCOPES.map((scope) => [scope, groupsOf(scope).sort()])));
});
