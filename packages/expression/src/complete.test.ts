import { complete } from './complete.js';
import type { ProgramMode } from './program.js';
import type { ContextShape } from './shape.js';

const shape: ContextShape = {
  roots: {
    input: { sample: { items: [{ name: 'a', price: 1 }], name: 'x', 'odd key': 1 } },
    secrets: { sample: { api_key: '', token: '' } },
    variables: { schema: { properties: { limit: { type: 'number' } } } },
  },
  steps: {
    fetch: { sample: { status: 200, body: { user: { email: 'x' } } }, data: 'body' },
    'step-2': { sample: 'text' },
  },
};

/** Labels proposed at the `|` in a text. */
function at(marked: string, mode?: ProgramMode): string[] {
  const offset = marked.indexOf('|');
  return complete(marked.replace('|', ''), offset, shape, mode).map((proposal) => proposal.label);
}

test.each<[string, string[]]>([
  ['{{input.na|', ['name']],
  ['{{ input.n| }} more', ['name']],
  ['{{input?.n|', ['name']],
  ['{{in|', ['input', 'includes', 'indexOf', 'in']],
  ['{{fe|', ['fetch']],
  ['{{st|', ['steps', 'step-2', 'startsWith', 'stripHtml', 'string', 'startOf']],
  ['{{secrets.|', ['api_key', 'token']],
  ['{{variables.l|', ['limit']],
  ['{{fetch.|', ['output', 'data', 'status', 'error']],
  ['{{fetch.output.body.user.em|', ['email']],
  ['{{fetch.data.user.em|', ['email']],
  ['{{input.items[0].pr|', ['price']],
  ['{{input.items[-1].pr|', ['price']],
  ['{{input["items"][0].pr|', ['price']],
  ['{{input["|', ['items', 'name', 'odd key']],
  ["{{input['od|", ['odd key']],
  ['{{steps["|', ['fetch', 'step-2']],
  ['{{steps["step-2"].o|', ['output', 'omit']],
  ['{{input.items.fil|', ['filter']],
  ['{{input.name.toU|', ['toUpperCase', 'toUnix']],
  ['{{input.items.filter(i => i.pr|', ['price']],
  ['{{input.items.filter(i => i.price > 1).map(x => x.na|', ['name']],
  ['{{map(input.items, i => i.pr|', ['price']],
  [
    '{{input.items.map((it, ind) => i|',
    ['it', 'ind', 'input', 'includes', 'indexOf', 'isEmpty', 'isEmail', 'isUrl', 'if', 'in'],
  ],
  ['{{[1].map(x => x) + x|', []],
  ['{{ {"a": {"b": 1}} }} {{input.na|', ['name']],
  ['{{input.x}} text input.|', []],
  ['\\{{input.|', []],
  ['text |', []],
  ['{{"input.|', []],
  ['{{(input.|', ['items', 'name', 'odd key']],
  ['{{1 + input.na|', ['name']],
])('%s', (marked, labels) => {
  const proposed = at(marked);
  for (const label of labels) expect(proposed).toContain(label);
  if (labels.length === 0) expect(proposed).toEqual([]);
});

test('conditions and bare expressions complete without braces', () => {
  expect(at("input.na| == 'x'", 'condition')).toEqual(['name']);
  expect(at('{{input.na|}} == 1', 'condition')).toEqual(['name']);
  expect(at('input.na|', 'expression')).toEqual(['name']);
});

test('a proposal says what it replaces, and keys that are no names replace the dot', () => {
  const [name] = complete('{{input.na', 10, shape);
  expect(name).toMatchObject({ insert: 'name', replace: [8, 10], kind: 'field', detail: 'text' });
  const odd = complete('{{input.od', 10, shape).find((proposal) => proposal.label === 'odd key');
  expect(odd).toMatchObject({ insert: '["odd key"]', replace: [7, 10] });
  const step = complete('{{step', 6, shape).find((proposal) => proposal.label === 'step-2');
  expect(step?.insert).toBe('steps["step-2"]');
  const [key] = complete("{{input['od", 11, shape);
  expect(key).toMatchObject({ insert: "'odd key'", replace: [8, 11] });
});

test('helpers come with their call and sentence', () => {
  const trim = complete('{{input.name.tri', 16, shape)[0];
  expect(trim).toMatchObject({
    label: 'trim',
    kind: 'method',
    detail: 'trim(text)',
    doc: expect.stringMatching(/white space/) as string,
  });
});

test('a number that begins with a point may be cut anywhere', () => {
  expect(complete('{{ 1 + .5 }}', 8, shape).length).toBeGreaterThan(0);
});

test('an unfinished text of any kind gives an answer', () => {
  const text = '{{ input.items.map((a, b) => a.name + "x" + [1, {c: b}]).join(", ")[0]?.trim() ?? \'y\' }} {{ 1 }}';
  for (let offset = 0; offset <= text.length; offset++) {
    expect(Array.isArray(complete(text.slice(0, offset), offset, shape))).toBe(true);
    expect(Array.isArray(complete(text, offset, shape))).toBe(true);
  }
});

test('the data of a step is what its shape says, not what an output looks like', () => {
  const sample = { status: 200, body: { id: 1 } };
  const labels = (data: string | null) =>
    complete('{{one.data.', 11, { steps: { one: { sample, data } } }).map(({ label }) => label);
  expect(labels('body')[0]).toBe('id');
  expect(labels(null).slice(0, 2)).toEqual(['status', 'body']);
});
