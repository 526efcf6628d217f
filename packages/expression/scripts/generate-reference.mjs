// Writes docs/expressions.md from the helper table. Run after a build: pnpm --filter @millrace/expression run docs
import { writeFileSync } from 'node:fs';
import { renderReferencePage } from '../dist/reference-page.js';

const page = new URL('../../../docs/expressions.md', import.meta.url);
writeFileSync(page, renderReferencePage());
process.stdout.write('docs/expressions.md is written\n');
