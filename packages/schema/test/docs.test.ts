import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { formatProblems, PROBLEM_CODES, TRIGGER_TYPES, validateWorkflow, type ProblemCode } from '../src/index.js';

const page = readFileSync(join(__dirname, '../../../docs/workflows.md'), 'utf8');

/** The fenced blocks of a language, each with the text up to the next one of any language. */
function blocks(language: string): { text: string; rest: string }[] {
  return page
    .split('```' + language + '\n')
    .slice(1)
    .map((part) => ({ text: part.slice(0, part.indexOf('```')), rest: part.slice(part.indexOf('```') + 3) }));
}

const examples = blocks('yaml')
  .filter(({ rest }) => rest.startsWith('\n\n```json\n'))
  .map(({ text, rest }) => ({ yaml: text, json: rest.slice(10, rest.indexOf('```', 10)) }));

describe('docs/workflows.md', () => {
  it('has an example for every part of the page', () => {
    expect(examples.length).toBeGreaterThanOrEqual(13);
  });

  it.each(examples.map((example) => [/name: (.*)/.exec(example.yaml)?.[1] ?? '', example]))(
    'has a workflow "%s" without a problem, and what comes out of it',
    (_name, { yaml, json }) => {
      const result = validateWorkflow(yaml);
      expect(formatProblems(result.problems)).toBe('');
      expect(result.ok).toBe(true);
      expect(JSON.parse(json)).toEqual({ input: expect.anything() as unknown, output: expect.anything() as unknown });
    },
  );

  it('has triggers without a problem', () => {
    const triggers = blocks('yaml').filter(({ rest }) => !rest.startsWith('\n\n```json\n'));
    expect(triggers.map(({ text }) => (parse(text) as { type: string }).type)).toEqual(TRIGGER_TYPES);
    for (const { text } of triggers) {
      const document: unknown = {
        name: 'x',
        trigger: parse(text) as unknown,
        steps: [{ id: 'a', type: 'transform', config: { output: 1 } }],
      };
      expect(formatProblems(validateWorkflow(document).problems)).toBe('');
    }
  });

  it('lists every code of a problem with its meaning', () => {
    const table: Record<string, unknown> = Object.fromEntries(
      [...page.matchAll(/^\| `(\w+)` +\| (.*)\|$/gm)].map((row) => [row[1], row[2]?.trim()]),
    );
    for (const [code, meaning] of Object.entries(PROBLEM_CODES)) expect([code, table[code]]).toEqual([code, meaning]);
    const after = page.slice(page.indexOf('## What is checked'));
    const listed = [...after.matchAll(/^\| `(\w+)` /gm)].map((row) => row[1] as ProblemCode);
    expect(listed.sort()).toEqual(Object.keys(PROBLEM_CODES).sort());
  });
});
