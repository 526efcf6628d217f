import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyzeCondition, analyzeExpression, analyzeTemplate } from '../src/analyze.js';
import { complete } from '../src/complete.js';
import type { ProgramMode } from '../src/program.js';
import { HELPERS } from '../src/helper-list.js';
import { ROOTS } from '../src/names.js';
import { cpuTimer, HANGS, expectHostUntouched, run, toContext } from './oracles.js';

const seconds = Number(process.env['MILLRACE_FUZZ_SECONDS'] ?? '2');
const seed = Number(process.env['MILLRACE_FUZZ_SEED'] ?? String(Date.now() % 2 ** 31));

/** A small generator of random numbers (mulberry32), so that a seed repeats a run. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const corpus = (
  JSON.parse(readFileSync(join(__dirname, 'corpora/expression-attacks.json'), 'utf8')) as { expression: string }[]
)
  .map((payload) => payload.expression)
  .filter((text) => text.length < 500);

const examples = HELPERS.flatMap((helper) => helper.examples.map(([text]) => text));

const TOKENS = [
  ...'( ) [ ] { } {{ }} . , : ? ?. ?? + - * / % < <= > >= == != === && || ! => = ; ` \\'.split(' '),
  ...'true false null and or not in 0 1 -1 2.5 1e308 "a" \'b\' "__proto__" "{{" "}}" "\\u007b" "length"'.split(' '),
  ...ROOTS,
  ...'step1 x y i name items obj __proto__ constructor toString this new length api_key'.split(' '),
  ...HELPERS.map((helper) => helper.name),
  ...HELPERS.map((helper) => `.${helper.name}(`),
  'x => x',
  '(x, y) => x',
  'input.items',
  'input.text',
  'input.n',
  ' ',
  '\n',
  '\u0000',
  '\u202e',
  '💥',
];

const context = toContext({
  input: {
    text: 'hello',
    n: 3,
    items: [{ name: 'a', price: 1 }, { name: 'b', price: 2 }, null, 'x', [1, [2]]],
    obj: { a: 1, __proto__: { polluted: 1 } },
    key: 'constructor',
    date: '2025-03-01T12:00:00Z',
  },
  variables: { y: 2 },
  secrets: { api_key: 'sk-very-secret' },
  env: { X: '1' },
  step1: { output: { count: 1, text: 'x'.repeat(1000) } },
  item: { name: 'it' },
  index: 0,
});
const contextText = JSON.stringify(context);

function makeText(random: () => number): string {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const kind = random();
  if (kind < 0.4) {
    const length = 1 + Math.floor(random() * 24);
    return Array.from({ length }, () => pick(TOKENS)).join(random() < 0.5 ? ' ' : '');
  }
  let text = pick(random() < 0.5 ? corpus : examples);
  for (let change = 0; change <= random() * 4; change++) {
    const at = Math.floor(random() * (text.length + 1));
    const to = at + Math.floor(random() * 6);
    const part = random() < 0.5 ? pick(TOKENS) : random() < 0.5 ? pick(examples) : '';
    text = text.slice(0, at) + part + text.slice(to);
  }
  return random() < 0.3 ? `a {{ ${text} }} b` : text;
}

test(
  `random and mutated texts break nothing (${String(seconds)} s, MILLRACE_FUZZ_SEED=${String(seed)})`,
  () => {
    const random = randomFrom(seed);
    const modes: readonly ProgramMode[] = ['expression', 'template', 'condition'];
    const analyze = { expression: analyzeExpression, template: analyzeTemplate, condition: analyzeCondition };
    const end = Date.now() + seconds * 1000;
    let runs = 0;
    let values = 0;
    while (Date.now() < end) {
      const text = makeText(random);
      const mode = modes[runs % 3] as ProgramMode;
      const elapsed = cpuTimer();
      try {
        const outcome = run(mode, text, context);
        if ('value' in outcome) values += 1;
        const analysis = analyze[mode](text, { steps: ['step1'], inLoop: true });
        // What cannot be compiled is an error of the analysis too, and the other way round.
        if ('value' in outcome && mode === 'expression') {
          expect(analysis.errors.filter((error) => error.code !== 'E_ROOT' && error.code !== 'E_TYPE')).toEqual([]);
        }
        complete(text, Math.floor(random() * (text.length + 1)), {}, mode);
      } catch (thrown) {
        throw new Error(`seed ${String(seed)}, ${mode}: ${JSON.stringify(text)}`, { cause: thrown });
      }
      expect(elapsed()).toBeLessThan(HANGS);
      runs += 1;
    }
    expectHostUntouched();
    expect(JSON.stringify(context)).toBe(contextText);
    expect(runs).toBeGreaterThan(50);
    expect(values).toBeGreaterThan(0);
  },
  seconds * 1000 + 30_000,
);
