import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateWorkflow } from '@millrace/schema';
import { parse } from 'yaml';

/* Each block of YAML on the pages about workflows and steps is one that can be saved, also those that show a part: what `documentation.int.test.ts` runs has an output beside it. */

const DOCS = join(__dirname, '../../../docs');
const pages = ['workflows.md', ...readdirSync(join(DOCS, 'steps')).map((page) => `steps/${page}`)];

/** Where each block is, and what it is of a document. */
const blocks = pages.flatMap((page) => {
  const text = readFileSync(join(DOCS, page), 'utf8');
  return [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map((block) => {
    const line = text.slice(0, block.index).split('\n').length;
    return [`${page}:${line}`, parse(block[1] ?? '') as unknown] as const;
  });
});

/** A document around a part: steps, or a trigger. */
function documentOf(shown: unknown): object {
  if (Array.isArray(shown)) return { name: 'Some steps', steps: shown };
  const whole = shown as Readonly<Record<string, unknown>>;
  if ('steps' in whole) return whole;
  return { name: 'A trigger', trigger: whole, steps: [{ id: 'it', type: 'transform', config: { output: 1 } }] };
}

it.each(blocks)('%s can be saved', (_, shown) => {
  expect(validateWorkflow(documentOf(shown)).problems).toEqual([]);
});

it('shows parts of both kinds', () => {
  expect(blocks.some(([, shown]) => Array.isArray(shown))).toBe(true);
  expect(blocks.some(([, shown]) => 'trigger' in documentOf(shown) && !('steps' in (shown as object)))).toBe(true);
});
