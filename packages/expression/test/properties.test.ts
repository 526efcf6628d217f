import fc from 'fast-check';
import type { Node } from '../src/ast.js';
import { compileExpression } from '../src/expression.js';
import { compileTemplate } from '../src/template.js';
import { evaluateConfig } from '../src/evaluate-config.js';
import { HELPERS } from '../src/helper-list.js';
import { LIMITS } from '../src/limits.js';
import { parse } from '../src/parser.js';
import { toPlain } from '../src/plain.js';
import { print } from '../src/print.js';
import { expectHostUntouched, run } from './oracles.js';

/** A tree without its places, so that two spellings can be compared. */
function shapeOf(node: unknown): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value: unknown) =>
      ['start', 'end', 'nameStart', 'depth'].includes(key) ? undefined : value,
    ),
  );
}

const NAMES = fc.constantFrom('input', 'step1', 'x', '$a_1', 'item', 'variables');
const KEYS = fc.constantFrom('a', 'and', 'null', 'length', 'constructor', '$');
const place = { start: 0, end: 0, nameStart: 0, depth: 1 };

/** Trees of every kind; the printer must put parentheses wherever the grammar needs them. */
const { node } = fc.letrec<{ node: Node; chain: Node }>((tie) => ({
  chain: fc.oneof(
    { depthSize: 'small' },
    NAMES.map((name): Node => ({ ...place, type: 'name', name })),
    fc
      .record({ object: tie('chain'), name: KEYS, optional: fc.boolean() })
      .map((parts): Node => ({ ...place, type: 'member', ...parts })),
    fc
      .record({ object: tie('chain'), index: tie('node'), optional: fc.boolean() })
      .map((parts): Node => ({ ...place, type: 'index', ...parts })),
  ),
  node: fc.oneof(
    { depthSize: 'small' },
    fc
      .oneof(
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, min: 0, noDefaultInfinity: true }),
        fc.string({ unit: 'binary' }),
      )
      .map((value): Node => ({ ...place, type: 'literal', value: value === 0 ? 0 : value })),
    tie('chain'),
    fc.array(tie('node'), { maxLength: 3 }).map((items): Node => ({ ...place, type: 'array', items })),
    fc
      .dictionary(
        fc.string({ unit: 'binary', maxLength: 5 }).filter((key) => key !== '__proto__'),
        tie('node'),
        { maxKeys: 3 },
      )
      .map((fields): Node => ({
        ...place,
        type: 'object',
        entries: Object.entries(fields).map(([key, value]) => ({ key, value })),
      })),
    fc
      .record({ operator: fc.constantFrom('!' as const, '-' as const), operand: tie('node') })
      .map((parts): Node => ({ ...place, type: 'unary', ...parts })),
    fc
      .record({
        operator: fc.constantFrom(...(['==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%'] as const)),
        left: tie('node'),
        right: tie('node'),
      })
      .map((parts): Node => ({ ...place, type: 'binary', ...parts })),
    fc
      .record({ operator: fc.constantFrom(...(['&&', '||', '??'] as const)), left: tie('node'), right: tie('node') })
      .map((parts): Node => ({ ...place, type: 'logical', ...parts })),
    fc
      .record({ test: tie('node'), consequent: tie('node'), alternate: tie('node') })
      .map((parts): Node => ({ ...place, type: 'conditional', ...parts })),
    fc
      .record({
        receiver: fc.option(tie('chain')),
        args: fc.array(tie('node'), { maxLength: 2 }),
        optional: fc.boolean(),
      })
      .map(({ receiver, args, optional }): Node => ({
        ...place,
        type: 'call',
        name: 'trim',
        receiver,
        args,
        optional: receiver !== null && optional,
      })),
    fc
      .record({ receiver: tie('chain'), params: fc.constantFrom(['x'], ['x', 'y']), body: tie('node') })
      .map(({ receiver, params, body }): Node => {
        return {
          ...place,
          type: 'call',
          name: 'map',
          receiver,
          optional: false,
          args: [{ ...place, type: 'lambda', params, body }],
        };
      }),
  ),
}));

const limits = { ...LIMITS, depth: 500, sourceLength: 1e6, nodes: 1e6 };

test('what is printed reads back as the same tree', () => {
  fc.assert(
    fc.property(node, (tree) => {
      expect(shapeOf(parse(print(tree), 'expression', limits))).toEqual(shapeOf(tree));
    }),
    { numRuns: 1_000 },
  );
});

test('printing twice changes nothing, in conditions with texts that hold {{ }} too', () => {
  const quoted = fc
    .record({ before: fc.string(), tree: node, after: fc.string() })
    .map(({ before, tree, after }): Node => ({
      ...place,
      type: 'interpolation',
      parts: [before, tree, after].filter((part) => part !== ''),
    }));
  fc.assert(
    fc.property(quoted, (tree) => {
      const printed = print(tree);
      expect(print(parse(printed, 'condition', limits))).toBe(printed);
    }),
    { numRuns: 1_000 },
  );
});

const data = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('__proto__'));

test('every helper leaves whatever it is given unchanged, and returns data or throws our error', () => {
  const calls = HELPERS.flatMap((helper) => {
    const lambda = helper.params.some((param) => param.type.includes('function'));
    const rest = ['', ', variables.b', ', variables.b, variables.c'].map((more) => `${helper.name}(input${more})`);
    return lambda
      ? [...rest, `${helper.name}(input, (x, y) => [x, y, variables.b])`, `${helper.name}(input, x => x.a, 0)`]
      : rest;
  });
  fc.assert(
    fc.property(fc.constantFrom(...calls), data, data, data, (text, input, b, c) => {
      const context = { input, variables: { b, c }, steps: {} };
      const before = JSON.stringify(context);
      run('expression', text, context);
      expect(JSON.stringify(context)).toBe(before);
    }),
    { numRuns: 1_500 },
  );
});

test('a text without braces is its own rendering, and a value in braces keeps its type', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('{{')),
      (text) => {
        expect(compileTemplate(text).evaluate({})).toBe(text);
      },
    ),
  );
  fc.assert(
    fc.property(data, (input) => {
      expect(compileTemplate('{{input}}').evaluate({ input })).toEqual(input);
      expect(evaluateConfig({ a: ['{{input}}'] }, { input }).value).toEqual({ a: [input] });
    }),
  );
});

test('rendered data is never read as a template', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const input = { a: `{{${a}`, b: `${b}}}` };
      expect(compileTemplate('{{input.a}}{{input.b}}').evaluate({ input })).toBe(`{{${a}${b}}}`);
    }),
  );
});

test('JSON data goes through toPlain unchanged, and no result of it shares an object', () => {
  fc.assert(
    fc.property(data, (value) => {
      const before = JSON.stringify(value);
      const copy = toPlain(value);
      expect(JSON.stringify(copy)).toBe(before);
      if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value);
    }),
  );
});

test('equality is an equivalence and agrees with the JSON of sorted keys', () => {
  const sorted = (value: unknown): string =>
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : Object.is(item, -0)
          ? 0
          : item,
    );
  const same = compileExpression('input.a == input.b');
  fc.assert(
    fc.property(data, data, (a, b) => {
      expect(same.evaluate({ input: { a, b: structuredClone(a) } })).toBe(true);
      expect(same.evaluate({ input: { a, b } })).toBe(sorted(a) === sorted(b));
      expect(same.evaluate({ input: { a: b, b: a } })).toBe(same.evaluate({ input: { a, b } }));
    }),
  );
});

test('the host is as it was', () => {
  expectHostUntouched();
});
