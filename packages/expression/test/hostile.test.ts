import type { BinaryOperator, LogicalOperator } from '../src/ast.js';
import { ExpressionError } from '../src/errors.js';
import { compileExpression } from '../src/expression.js';
import type { Helper, Param } from '../src/helpers/helper.js';
import { helpers } from '../src/helpers/table.js';
import { ANY_TYPE } from '../src/value.js';
import { type Hostile, hostilesOf, tameOf, WIDEST, worstOf } from './hostile-values.js';

/** Every length of every text, and every pair of them: `npm run test:long -- expressions`. */
const EVERY = process.env['MILLRACE_LONG'] === '1';
const HOSTILES = hostilesOf(EVERY);

/** Milliseconds of CPU that one operation may take on the arguments that suit it worst, before it is refused or done. */
const LONGEST_MS = 50;
/** The short set takes one of so many pairs that are not both texts. */
const SAMPLED = 4;
const TRIES = 20;
/** Tries of what takes as many times longer than it may are given up. */
const HOPELESS = 10;
/** A test of the long variant may take this many milliseconds. */
const MINUTES = 30 * 60_000;

const widest = Object.fromEntries(Array.from({ length: WIDEST }, (_, index) => [`key${String(index)}`, index]));

/**
 * How much slower this machine is now than the one the bound was chosen on: there the loop takes 50 ms, and copying the widest object 25. Memory
 * that others use too slows the one and not the other.
 */
const slowness = (): number => Math.max(1, best(() => spin(10_000_000)) / 50, best(() => ({ ...widest })) / 25);
let slower = slowness();

function spin(turns: number): number {
  let sum = 0;
  for (let turn = 0; turn < turns; turn++) sum = (sum * 31 + turn) | 0;
  return sum;
}

function cpuOf(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1_000;
}

/** The least CPU of some tries: in the first ones the host has not compiled the code yet, in some it collects garbage. */
function best(work: () => unknown, enough = 0): number {
  let least = Infinity;
  for (let attempt = 0; attempt < TRIES && least > enough; attempt++) {
    least = Math.min(least, cpuOf(work));
    if (enough > 0 && least > enough * HOPELESS) break;
  }
  return least;
}

const slow: string[] = [];

/** Evaluates a text with hostile arguments `input.a0`, `input.a1`, … and notes it if it takes too long. */
function attack(text: string, args: readonly Hostile[]): void {
  const program = compileExpression(text);
  const input = Object.fromEntries(args.map(([, value], position) => [`a${String(position)}`, value]));
  const evaluate = (): void => {
    try {
      program.evaluate({ input }, { now: '2025-03-01T12:00:00Z', random: () => 0.5, clock: () => 0 });
    } catch (thrown) {
      if (!(thrown instanceof ExpressionError) || thrown.code === 'E_INTERNAL') throw thrown;
    }
  };
  if (best(evaluate, LONGEST_MS * slower) <= LONGEST_MS * slower) return;
  // Others may have begun to use the machine since it was measured.
  slower = slowness();
  const took = best(evaluate, LONGEST_MS * slower);
  if (took <= LONGEST_MS * slower) return;
  slow.push(`${text} with ${args.map(([name]) => name).join(' | ')}: ${took.toFixed(0)} ms`);
}

const hostilesFor = (param: Pick<Param, 'types'>): readonly Hostile[] =>
  [...HOSTILES].flatMap(([type, values]) => ((param.types & type) === 0 ? [] : values));

/** Functions for a parameter that takes one: as cheap as possible, so that the helper's own work dominates. */
const LAMBDAS = ['(x, y) => x', '(x, y) => y', '(x, y) => [x]', "(x, y) => 'a'", '(x, y) => x == y'];

function argumentTexts(param: Param, position: number): string[] {
  const lambdas = param.lambda === 0 ? [] : LAMBDAS;
  return param.types === 0 ? lambdas : [`input.a${String(position)}`, ...lambdas];
}

/** Every hostile argument at every place, beside tame ones; and hostile texts or arrays at the first two places at once. */
function attackHelper(helper: Helper): void {
  const all = helper.rest === undefined ? helper.params : [...helper.params, helper.rest];
  for (let count = all.filter((param) => !param.optional).length; count <= all.length; count++) {
    const params = all.slice(0, count);
    const tame = params.map((param) => tameOf(param));
    for (const texts of product(params.map(argumentTexts))) {
      const text = `${helper.name}(${texts.join(', ')})`;
      if (count === 0) attack(text, []);
      params.forEach((param, position) => {
        for (const value of hostilesFor(param)) attack(text, tame.with(position, value));
      });
      const [first, second] = params;
      if (first === undefined || second === undefined) continue;
      attackPairs(text, tame, together(first), together(second));
    }
  }
}

const together = (param: Pick<Param, 'types'>): readonly Hostile[] =>
  EVERY ? hostilesFor(param) : worstOf(hostilesFor(param));

function attackPairs(
  text: string,
  args: readonly Hostile[],
  firsts: readonly Hostile[],
  seconds: readonly Hostile[],
): void {
  firsts.forEach((first, row) =>
    seconds.forEach((second, column) => {
      const areTexts = typeof first[1] === 'string' && typeof second[1] === 'string';
      // Texts make each other slow; of the pairs with anything else the short set takes a few of each row and column.
      if (EVERY || areTexts || (row + column) % SAMPLED === 0) attack(text, args.with(0, first).with(1, second));
    }),
  );
}

function product(choices: readonly string[][]): string[][] {
  return choices.reduce<string[][]>((rows, next) => rows.flatMap((row) => next.map((one) => [...row, one])), [[]]);
}

// A record, so that the compiler misses an operator that is not here.
const OPERATORS: Readonly<Record<BinaryOperator | LogicalOperator, true>> = {
  '==': true,
  '!=': true,
  '<': true,
  '<=': true,
  '>': true,
  '>=': true,
  in: true,
  '+': true,
  '-': true,
  '*': true,
  '/': true,
  '%': true,
  '&&': true,
  '||': true,
  '??': true,
};

/** What else reads a value: every other kind of node, and every way in which a value becomes a result. */
const FORMS = [
  'input.a0',
  '!input.a0',
  '-input.a0',
  'input.a0.length',
  'input.a0[-1]',
  'input.a0?.key1',
  'input.a0 ? 1 : 2',
  '[input.a0]',
  '{a: input.a0}',
  '"{{input.a0}}{{input.a0}}"',
  '(input.a0 + "x").slice(0, 1)',
  '[[1]].map(x => input.a0)',
];

const anything = { types: ANY_TYPE };

afterEach(() => {
  expect(slow.splice(0)).toEqual([]);
});

describe('nothing that a text can make the host do takes longer than a slice', () => {
  test.each([...helpers.values()].map((helper) => [helper.name, helper] as const))(
    '%s()',
    (_, helper) => attackHelper(helper),
    MINUTES,
  );

  test.each(Object.keys(OPERATORS))(
    '%s',
    (operator) => {
      const text = `input.a0 ${operator} input.a1`;
      const tame: Hostile = ['tame text', 'a'];
      for (const hostile of hostilesFor(anything)) {
        attack(text, [hostile, tame]);
        attack(text, [tame, hostile]);
        attack(text, [hostile, [`copy of ${hostile[0]}`, structuredClone(hostile[1])]]);
      }
      attackPairs(text, [tame, tame], together(anything), together(anything));
    },
    MINUTES,
  );

  test.each([...FORMS, 'input[input.a0]', 'input.a1[input.a0]'])(
    '%s',
    (text) => {
      for (const hostile of hostilesFor(anything)) attack(text, [hostile, ['wide object', widest]]);
    },
    MINUTES,
  );
});
