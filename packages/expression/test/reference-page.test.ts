import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELPERS } from '../src/helper-list.js';
import { renderReferencePage } from '../src/reference-page.js';

test('docs/expressions.md is what the helper table says; if not, run `pnpm --filter @millrace/expression run docs`', () => {
  const page = readFileSync(join(__dirname, '../../../docs/expressions.md'), 'utf8');
  expect(page).toBe(renderReferencePage());
});

test('the page has every helper', () => {
  const page = renderReferencePage();
  for (const helper of HELPERS) expect(page).toContain(`| \`${helper.signature}\` |`);
});
