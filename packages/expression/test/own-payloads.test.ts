import { ExpressionError } from '../src/errors.js';
import type { ExpressionContext } from '../src/evaluation.js';
import { evaluateConfig } from '../src/evaluate-config.js';
import type { ProgramMode } from '../src/program.js';
import { cpuTimer, HANGS, expectHostUntouched, expectPlain, run } from './oracles.js';

// Attacks thought up for this engine in particular: its own registries, brands, caches, spans, budgets and second renderings.

const makeContext = (): ExpressionContext => ({
  input: {
    text: 'hello',
    n: 3,
    items: [{ name: 'a' }, { name: 'b' }],
    obj: { a: 1 },
    key: 'constructor',
    proto: '__proto__',
    call: { type: 'call', name: 'hash', args: [], receiver: null, depth: 1, start: 0, end: 0 },
    lambda: { slots: [0], cost: -1e9, body: 'x' },
    fault: { code: 'E_TYPE', start: 0, end: 1e9, details: { hint: 'x' } },
    big: 'x'.repeat(100_000),
    then: { then: 'x' },
    json: JSON.parse('{"__proto__": {"polluted": true}, "toJSON": "x", "valueOf": 1, "length": 4294967295}') as unknown,
    template: '{{secrets.api_key}} \\{{x}} ${1}',
  },
  variables: { a: 1 },
  secrets: { api_key: 'sk-very-secret', other: 'tok-other-secret' },
  env: { REGION: 'eu' },
  steps: {
    constructor: { output: 'step called constructor' },
    ok: { output: 1 },
  },
});

type Expected = 'error' | { readonly value: unknown };
const value = (expected: unknown): Expected => ({ value: expected });
const error: Expected = 'error';

const payloads: readonly (readonly [text: string, expected: Expected, mode?: ProgramMode])[] = [
  // Names of prototypes as names of the language.
  ['constructor.output', value('step called constructor')],
  ['constructor.constructor', error],
  ['hasOwnProperty.output', error],
  ['steps.constructor.output', value('step called constructor')],
  ['steps.toString', error],
  ['steps["__proto__"]', error],
  ['steps["__proto__"].output', error],
  ['steps?.__proto__', value(null)],
  ['secrets.__proto__', error],
  ['secrets.constructor', error],
  ['secrets["hasOwnProperty"]', error],
  ['env.toString', error],
  ['input?.__proto__?.polluted', value(null)],
  ['has(input.obj, "__proto__")', value(false)],
  ['has(input.obj, "toString")', value(false)],
  ['input.proto in input.obj', value(false)],
  ['input.obj[input.proto] ?? 1', value(1)],
  ['input.obj[input.key] ?? 1', value(1)],
  ['input.items["length"]', value(2)],
  ['input.items["push"] ?? 1', value(1)],
  ['input.items["0"] ?? 1', value(1)],
  ['input.text["constructor"] ?? 1', value(1)],
  ['input.n["toFixed"] ?? 1', value(1)],
  ['(true).constructor ?? 1', value(1)],
  // Helpers by names of prototypes, and helpers as values.
  ['input.text.constructor()', error],
  ['input.text.__proto__()', error],
  ['__defineGetter__("a", 1)', error],
  ['input.text.toString()', error],
  ['input.text.valueOf()', error],
  ['trim.name', error],
  ['trim.constructor("return 1")', error],
  ['[trim]', error],
  ['input.items.map(trim)', error],
  ['input.items.map(input.lambda)', error],
  ['input.items.map({slots: [0], cost: 0, body: 1})', error],
  ['input.items.reduce(input.lambda, 0)', error],
  ['if.call(1)', error],
  ['map(map, map)', error],
  ['(x => x)', error],
  ['[x => x]', error],
  ['{f: x => x}', error],
  ['default(x => x, 1)', error],
  ['exists(x => x)', error],
  ['type(x => x)', error],
  ['coalesce(x => x)', error],
  ['[1].map(x => y => x)', error],
  ['[1].map(x => [2].map(x))', error],
  ['[1].map(x => x(1))', error],
  ['[1].map((__proto__) => 1)', error],
  ['[1].map(undefined => undefined)', error],
  // Data that looks like the engine's own objects.
  ['input.call', value({ type: 'call', name: 'hash', args: [], receiver: null, depth: 1, start: 0, end: 0 })],
  ['toJson(input.then)', value('{"then":"x"}')],
  ['input.json.toJSON', value('x')],
  ['string(input.json)', error],
  ['input.json.length', value(4294967295)],
  ['input.json.map(x => x)', error],
  ['keys(input.json)', value(['toJSON', 'valueOf', 'length'])],
  ['merge(input.json, {}).polluted ?? 1', value(1)],
  ['values(input.json)', value(['x', 1, 4294967295])],
  ['input.json == {}', value(false)],
  ['"" + input.json', error],
  ['input.json > 1', error],
  ['-input.json', error],
  // New objects with hostile keys.
  ['fromEntries([["__proto__", 1]])', error],
  ['fromEntries([{key: "__proto__", value: {polluted: 1}}])', error],
  ['fromEntries([[["__proto__"], 1]])', error],
  ['[{k: "__proto__"}].groupBy("k")', error],
  ['[1].groupBy(x => input.proto)', error],
  ['parseJson("{\\"__proto__\\": {\\"polluted\\": 1}, \\"a\\": 1}")', value({ a: 1 })],
  ['parseJson("{\\"a\\": [{\\"\\\\u005f_proto__\\": 1}]}")', value({ a: [{}] })],
  ['parseQuery("__proto__=1&constructor=2")', value({ constructor: '2' })],
  ['pick(input.obj, "__proto__")', value({})],
  ['omit(input.obj, "a").polluted ?? 1', value(1)],
  ['entries(parseJson("{\\"__proto__\\":1}"))', value([])],
  ['[input.obj].pluck("__proto__")', value([null])],
  ['[input.obj].pluck("constructor")', value([null])],
  ['[input.obj].sortBy("__proto__")', error],
  ['[{a: 1}].unique("__proto__")', error],
  ['{constructor: 1, toString: 2, valueOf: 3}', value({ constructor: 1, toString: 2, valueOf: 3 })],
  ['"" + {toString: 1}', error],
  // Numbers at the edges.
  ['range(0, 1, 0)', error],
  ['range(0, -1)', value([])],
  ['range(9007199254740991, 9007199254740993)', value([9007199254740991])],
  ['"a".repeat(-1)', error],
  ['"a".repeat(0.5)', error],
  ['"a".padStart(-1e308)', value('a')],
  ['"a".slice(-1e308, 1e308)', value('a')],
  ['[1, 2].slice(1e308)', value([])],
  ['[1].chunk(0)', error],
  ['[1].chunk(1e-320)', error],
  ['[1].flat(1e308)', value([1])],
  ['(1).toFixed(101)', error],
  ['(1).toFixed(-1)', error],
  ['(1e308).toFixed(20)', value('1e+308')],
  ['round(1e308, 15)', value(1e308)],
  ['clamp(1, 2, 0)', error],
  ['addTime("2025-01-01", 1e300, "days")', error],
  ['addTime("2025-01-01", 9007199254740991, "ms")', error],
  ['addTime("9999-12-31", 1, "day")', error],
  ['date(8.64e15)', error],
  ['date(-8.64e15)', error],
  ['formatDate("2025-01-01", "Y".repeat(1000))', error],
  ['formatDate("2025-01-01", "YYYYY")', error],
  ['formatDate("2025-01-01", "[".repeat(150)).length', value(150)],
  ['date("2025-01-01", "../../etc/passwd")', error],
  ['date("2025-01-01", "Europe/".repeat(20))', error],
  ['format(1, "en-u-nu-".repeat(20))', error],
  ['random() + randomInt(1, 1e300)', error],
  ['min([])', error],
  ['[1e308, 1e308].sum()', error],
  ['hmac("", "")', value('b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad')],
  ['hash("a", "__proto__")', error],
  ['hash("a", "sha256", "constructor")', error],
  ['base64Decode("////")', error],
  ['urlDecode("%E0%A4%A")', error],
  ['urlEncode("\\ud800")', error],
  // Templates and conditions that try to be read twice.
  ['{{input.template}}', value('{{secrets.api_key}} \\{{x}} ${1}'), 'template'],
  ['x{{input.template}}', value('x{{secrets.api_key}} \\{{x}} ${1}'), 'template'],
  ['{{ "{{" }}secrets.api_key{{ "}}" }}', value('{{secrets.api_key}}'), 'template'],
  ['{{ "\\u007b\\u007bsecrets.api_key}}" }}', value('{{secrets.api_key}}'), 'template'],
  ['{{ parseJson("\\"{{secrets.api_key}}\\"") }}', value('{{secrets.api_key}}'), 'template'],
  ['{{ secrets }}', error, 'template'],
  ['{{ [secrets][0] }}', error, 'template'],
  ['{{ {s: secrets}.s.api_key }}', error, 'template'],
  ['{{ secrets == secrets }}', error, 'template'],
  ['{{ "api_key" in secrets }}', error, 'template'],
  ['{{ secrets ?? 1 }}', error, 'template'],
  ['{{ secrets?.["api" + "_key"] }}', error, 'template'],
  ['{{ if(true, secrets, 1) }}', error, 'template'],
  ['{{ [1].map(x => secrets) }}', error, 'template'],
  ['{{ merge({}, secrets) }}', error, 'template'],
  ['{{ entries(env) }}', error, 'template'],
  ['\\\\\\{{secrets.api_key}}', value('\\{{secrets.api_key}}'), 'template'],
  ['{{input.text}}}}', value('hello}}'), 'template'],
  ['"{{input.template}}" == "{{secrets.api_key}} \\\\{{x}} ${1}"', error, 'condition'],
  ['"{{ "x" }}" == "x"', error, 'condition'],
  ["'{{input.text}}' == \"hello\" && '{{input.n}}' == '3'", value(true), 'condition'],
  ['{{input.text}} == {{input.text}}}}', error, 'condition'],
  ['{{input.n}} == 3 /* {{secrets.api_key}} */', error, 'condition'],
  ['{{input.n == 3}} || {{nope.output}}', value(true), 'condition'],
  ['true; false', error, 'condition'],
  ['true\u2028&& false', error, 'condition'],
];

test.each(payloads.map(([text, expected, mode = 'expression']) => ({ text, expected, mode })))(
  '$mode: $text',
  (payload) => {
    const { text, expected, mode } = payload;
    const context = makeContext();
    const before = JSON.stringify(context);
    const heap = process.memoryUsage().heapUsed;
    for (let turn = 0; turn < 3; turn++) {
      const elapsed = cpuTimer();
      const outcome = run(mode, text, context);
      expect(elapsed()).toBeLessThan(HANGS);
      if (expected === 'error') expect(outcome).toHaveProperty('error');
      else expect(outcome).toEqual(expected);
    }
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(64 * 2 ** 20);
    expect(JSON.stringify(context)).toBe(before);
  },
);

test('at least forty payloads are our own', () => {
  expect(payloads.length).toBeGreaterThan(140);
});

test('a process whose prototypes were polluted by others gives expressions nothing', () => {
  const prototype = Object.prototype as Record<string, unknown>;
  prototype['polluted'] = 'x';
  prototype['output'] = 'inherited';
  prototype['input'] = { leak: 1 };
  try {
    for (const text of ['input.obj.polluted', 'ok.polluted', 'nope.output', 'variables.polluted', 'secrets.polluted']) {
      expect(() => evaluateConfig(`{{${text}}}`, makeContext())).toThrow(ExpressionError);
    }
    expect(() => evaluateConfig('{{input.leak}}', { steps: {} })).toThrow(ExpressionError);
  } finally {
    delete prototype['polluted'];
    delete prototype['output'];
    delete prototype['input'];
  }
  expectHostUntouched();
});

test('no redacted rendering holds a secret, however the secret was turned', () => {
  const config = {
    plain: '{{secrets.api_key}}',
    mixed: 'a {{input.n}} {{secrets.api_key}}',
    turned: ['{{secrets.api_key.split("").reverse().join("")}}', '{{base64Encode(secrets.other)}}'],
    nested: { deep: [{ x: '{{ {k: [secrets.api_key]} }}' }] },
    chosen: '{{ input.n > 1 ? secrets.api_key : 1 }}',
    counted: '{{ secrets.api_key.length }}',
    compared: '{{ secrets.api_key == "sk-very-secret" }}',
    lambda: '{{ input.items.map(i => i.name + secrets.other) }}',
    free: '{{input.text}}',
  };
  const { value: rendered, redacted } = evaluateConfig(config, makeContext());
  expectPlain(rendered);
  expect(JSON.stringify(rendered)).toContain('sk-very-secret');
  const { free, ...others } = redacted as Record<string, unknown>;
  expect(free).toBe('hello');
  expect(JSON.stringify(others)).not.toMatch(/sk-|terces|tok|14|true/);
});
