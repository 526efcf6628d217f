import { parse } from './parser.js';
import { LIMITS, withLimits } from './limits.js';
import { print } from './print.js';
import { Fault } from './errors.js';

const shown = (text: string): string => print(parse(text, 'expression', LIMITS));

function fault(text: string, mode: 'expression' | 'condition' = 'expression'): Fault {
  try {
    parse(text, mode, LIMITS);
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error(`${text} was accepted`);
}

describe('the grammar', () => {
  test.each([
    ['1+2*3', '1 + 2 * 3'],
    ['(1+2)*3', '(1 + 2) * 3'],
    ['1-(2-3)', '1 - (2 - 3)'],
    ['a?b:c?d:e', 'a ? b : c ? d : e'],
    ['(a?b:c)?d:e', '(a ? b : c) ? d : e'],
    ['a??b??c', 'a ?? b ?? c'],
    ['(a||b)??c', '(a || b) ?? c'],
    ['a or b and not c == d', 'a || b && !(c == d)'],
    ['!a==b', '!a == b'],
    ['not a in b', '!(a in b)'],
    ['a===b', 'a == b'],
    ['a!==b', 'a != b'],
    ['a.and.or.not.in.null', 'a.and.or.not.in.null'],
    ['a?.b?.[0]?.trim()', 'a?.b?.[0]?.trim()'],
    ['a["b"]', 'a["b"]'],
    ["'it\\'s \"q\"'", '"it\'s \\"q\\""'],
    ['x.map(i=>i.a)', 'x.map(i => i.a)'],
    ['x.reduce((a,b)=>a+b,0)', 'x.reduce((a, b) => a + b, 0)'],
    ['x.map(i => [i].map(j => (i ? j : 1)))', 'x.map(i => [i].map(j => i ? j : 1))'],
    ["{a:1,'b-c':{}}", '{ a: 1, "b-c": { } }'],
    ['1.5.toFixed(2)', '1.5.toFixed(2)'],
    ['(1).toFixed(2)', '1.toFixed(2)'],
    ['"{{"', '"{\\u007b"'],
  ])('%s is %s', (text, printed) => {
    expect(shown(text)).toBe(printed);
    expect(shown(printed)).toBe(printed);
  });

  test('spans are offsets of the source, operators from operand to operand', () => {
    const node = parse('  a + b.c[0]', 'expression', LIMITS);
    expect([node.start, node.end]).toEqual([2, 12]);
    expect(node).toMatchObject({ right: { start: 6, end: 12, object: { start: 6, end: 9, nameStart: 8 } } });
  });
});

describe('syntax errors say where and what to do', () => {
  const cases: readonly (readonly [text: string, message: RegExp, start: number, hint?: RegExp])[] = [
    ['', /empty/, 0],
    ['   ', /empty/, 3],
    ['a = 1', /'=' is not allowed here/, 2, /use '=='/],
    ['a & b', /'&' is not allowed here/, 2, /use '&&'/],
    ['a | upper', /'\|' is not allowed here/, 2, /method/],
    ['a b', /operator is missing/, 2],
    ['"a" "b"', /operator is missing/, 4],
    ['a +', /ends too early/, 3],
    ['(a', /'\)' is missing/, 2],
    ['[a', /',' or '\]' is missing/, 2],
    ['{a', /':' is missing/, 2],
    ['{a:1 b:2}', /',' or '}' is missing/, 5],
    ['{a:1, a:2}', /there twice/, 6],
    ['a[', /ends too early/, 2],
    ['a.', /name is missing/, 2],
    ['a.1', /operator is missing/, 1],
    ['a ? b', /needs ':'/, 5],
    ['a < b < c', /cannot be chained/, 6, /a < b && b < c/],
    ['a ?? b || c', /cannot be mixed/, 5, /parentheses/],
    ['a && b ?? c', /cannot be mixed/, 0],
    ['01', /cannot start with 0/, 0],
    ['1a', /cannot follow a number/, 0],
    ['0x10', /cannot follow a number/, 0],
    ['9n', /cannot follow a number/, 0],
    ['"abc', /no closing quote/, 0],
    ['"a\\x"', /unknown escape \\x/, 2],
    ['"\\u12"', /unknown escape \\u/, 1],
    ['a`b`', /U\+0060/, 1, /quotes and \+/],
    ['a\u00a0+ b', /U\+00A0/, 1, /non-breaking/],
    ['“a”', /U\+201C/, 0, /straight quotes/],
    ['a\u202eb', /U\+202E/, 1],
    ['ünï', /U\+00FC/, 0, /letters A-Z/],
    ['x => x', /'=>' is not allowed here/, 2, /argument of map/],
    ['f(x)(y)', /cannot be called/, 4],
    ['[...a]', /'\.' is not allowed here/, 1, /concat/],
    ['a++', /'\+' is not allowed here/, 2],
    ['a.map((x, x) => x)', /there twice/, 10],
    ['a.map(null => 1)', /cannot be the name/, 6],
    ['a.map(__proto__ => 1)', /cannot be the name/, 6],
    ['this.a', /'this' is not part/, 0],
    ['new a', /'new' is not part/, 0],
    ['__proto__', /'__proto__' is not part/, 0],
    ['{__proto__: 1}', /'__proto__' is not allowed/, 1],
    ['{"__proto__": 1}', /'__proto__' is not allowed/, 1],
    ['{"\\u005f_proto__": 1}', /'__proto__' is not allowed/, 1],
    ['{{a}}', /'{{' is not allowed inside/, 0, /already an expression/],
    ['a, b', /',' is not allowed here/, 1, /\[ \]/],
    ['a // b', /is not allowed here/, 3],
    ['in', /'in' is not allowed here/, 0],
  ];
  test.each(cases.map(([text, message, start, hint = /^/]) => ({ text, message, start, hint })))(
    '$text',
    (expected) => {
      const { text, message, start, hint } = expected;
      const error = fault(text);
      expect(error.message).toMatch(message);
      expect(error.start).toBe(start);
      expect(error.details.hint ?? '').toMatch(hint);
    },
  );
});

describe('limits of the text', () => {
  test.each([
    ['parentheses', `${'('.repeat(60)}1${')'.repeat(60)}`],
    ['signs', `${'!'.repeat(60)}1`],
    ['nots', `${'not '.repeat(60)}1`],
    ['operands in a row', Array(60).fill('a').join(' && ')],
    ['member links', `a${'.b'.repeat(60)}`],
    ['choices', `${'a ? 1 : '.repeat(60)}1`],
    ['functions', `${'a.map(x => '.repeat(60)}1${')'.repeat(60)}`],
    ['arrays', `${'['.repeat(60)}${']'.repeat(60)}`],
    ['objects', `${'{a:'.repeat(60)}1${'}'.repeat(60)}`],
  ])('nesting by %s', (_, text) => {
    expect(fault(text)).toMatchObject({ code: 'E_LIMIT', message: expect.stringMatching(/deeper than 48/) as string });
  });

  test('length and number of parts', () => {
    expect(fault(`"${'a'.repeat(10_000)}"`).message).toMatch(/longer than 10000/);
    expect(fault(`[${'1,'.repeat(2_500)}]`).message).toMatch(/more than 2000 parts/);
    const raised = withLimits({ sourceLength: 100_000, nodes: 100_000 });
    expect(parse(`[${'1,'.repeat(20_000)}]`, 'expression', raised).type).toBe('array');
  });
});

describe('conditions', () => {
  test.each([
    ["{{a.b}} == 'x'", "a.b == 'x'"],
    ["{{a.b == 'x'}}", "a.b == 'x'"],
    [' {{ a.b }}   >   0.8 && !({{t}} in ["x"])', 'a.b > 0.8 && !(t in ["x"])'],
    ['{{ {"a": {"b": 1}} }}.a.b == 1', '{"a": {"b": 1}}.a.b == 1'],
    ['{{a || b}} ?? c', '(a || b) ?? c'],
    ['{{a + 1}} * 2 == 4', '(a + 1) * 2 == 4'],
  ])('%s is the same tree as %s', (left, right) => {
    expect(print(parse(left, 'condition', LIMITS))).toBe(print(parse(right, 'condition', LIMITS)));
  });

  test.each<[string, RegExp, number]>([
    ['{{a}} {{b}}', /operator is missing/, 6],
    ['{{a}} high', /operator is missing/, 6],
    ['{{a} == 1', /'}' cannot|missing|not allowed/, 3],
    ['{{a', /never closed/, 0],
    ['{{}} == 1', /value is missing/, 2],
    ['{{{a}}} == 1', /'{{{' is not allowed/, 0],
    ['{{ {{a}} }} == 1', /'{{' is not allowed inside/, 3],
    ['"{{" == a', /ends too early|never closed/, 3],
    ['"{{ }}" == a', /empty/, 1],
  ])('%s', (text, message, start) => {
    const error = fault(text, 'condition');
    expect(error.message).toMatch(message);
    expect(error.start).toBe(start);
  });

  test('texts with {{ }} are interpolated when the text is read', () => {
    const node = parse('"x-{{input.id}}-\\u0041" == k', 'condition', LIMITS);
    expect(node).toMatchObject({ left: { type: 'interpolation', parts: ['x-', { type: 'member' }, '-A'] } });
  });
});
