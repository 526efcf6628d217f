import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { formatProblems, validateWorkflow } from '../src/index.js';

/*
 * Workflows and parts of workflows that the pages show, whether something runs them or not: examples with an output are run by
 * `apps/executor/test/documentation.int.test.ts`, those with a mark by the tests of their pages.
 */

const REPOSITORY = join(__dirname, '../../..');
const PAGES = ['docs', 'docs/steps', 'docs/runbooks'].flatMap((folder) =>
  readdirSync(join(REPOSITORY, folder)).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : [])),
);

interface Shown {
  readonly place: string;
  readonly document: object;
}

const STEPS = [{ id: 'a', type: 'transform', config: { output: 1 } }];
const WHOLE = { name: 'Shown', trigger: { type: 'webhook' }, steps: STEPS };

/** The document that a block is, or is a part of; null for a block of something else. */
function documentOf(block: unknown): object | null {
  if (Array.isArray(block)) return isSteps(block) ? { ...WHOLE, steps: block as unknown } : null;
  if (typeof block !== 'object' || block === null) return null;
  // What the API says of a workflow, and answers that list steps run, are none.
  if ('status' in block || 'has_more' in block || 'version' in block) return null;
  if ('steps' in block && isSteps(block.steps)) return 'name' in block ? block : { ...WHOLE, ...block };
  const isPart = Object.keys(block).every((name) => ['trigger', 'settings', 'variables'].includes(name));
  return isPart && ('trigger' in block || 'settings' in block) ? { ...WHOLE, ...block } : null;
}

function isSteps(value: unknown): boolean {
  const isStep = (one: unknown): boolean => typeof one === 'object' && one !== null && 'id' in one && 'type' in one;
  return Array.isArray(value) && value.length > 0 && value.every(isStep);
}

/** A block of JSON may be the members of an object without its braces. */
function read(language: string, text: string): unknown {
  const texts = language === 'yaml' ? [text] : [text, `{${text}}`];
  for (const one of texts) {
    try {
      return language === 'yaml' ? parse(one) : JSON.parse(one);
    } catch {
      // Not in this form.
    }
  }
  return null;
}

function shownOn(page: string): Shown[] {
  const text = readFileSync(join(REPOSITORY, page), 'utf8');
  return [...text.matchAll(/^ *```(yaml|json)\n([^]*?)^ *```$/gm)].flatMap((match) => {
    const document = documentOf(read(match[1] ?? '', match[2] ?? ''));
    const place = `${page}:${text.slice(0, match.index).split('\n').length}`;
    return document === null ? [] : [{ place, document }];
  });
}

const shown = PAGES.flatMap(shownOn);

it('are found, in whole and in part', () => {
  const pages = new Set(shown.map(({ place }) => place.split(':')[0]));
  for (const page of ['files', 'executions', 'concurrency', 'workflows', 'steps/http', 'steps/wait', 'ai'])
    expect([...pages]).toContain(`docs/${page}.md`);
  expect(shown.length).toBeGreaterThan(50);
});

it.each(shown.map(({ place, document }) => [place, document] as const))('%s is valid', (_place, document) => {
  expect(formatProblems(validateWorkflow(document).problems)).toBe('');
});
