import { planWorkflow } from '@millrace/schema';
import { filledIn, textsOf } from './step-texts.js';

/** A config that is a text of JSON, so that a member may be called `__proto__`, and what it is once it is filled in. */
function filled(json: string, values: readonly unknown[]) {
  const config = JSON.parse(`{ "output": ${json} }`) as unknown;
  const { root } = planWorkflow({
    name: 'Test',
    trigger: { type: 'webhook' },
    steps: [{ id: 'a', type: 'transform', config }],
  });
  const [step] = root.steps;
  if (!step) throw new Error('The plan has no step');
  const found = textsOf(step);
  const before = JSON.stringify(found.config);
  const after = filledIn(found.config, found.texts, values);
  expect(JSON.stringify(found.config)).toBe(before);
  return (after as { output: unknown }).output;
}

it('puts what each of many texts has given in its place and leaves the config as it is', () => {
  const members = Array.from({ length: 2_000 }, (_, n) => [`m${n}`, n % 2 === 0 ? `{{${n}}}` : n] as const);
  const nested = { first: Object.fromEntries(members), second: [members.map(([, value]) => value)] };
  const given = members.flatMap(([, value]) => (typeof value === 'string' ? [value.length] : []));
  const expected = members.map(([name, value]) => [name, typeof value === 'string' ? value.length : value] as const);
  expect(filled(JSON.stringify(nested), [...given, ...given])).toEqual({
    first: Object.fromEntries(expected),
    second: [expected.map(([, value]) => value)],
  });
});

it('keeps a member called __proto__ a member', () => {
  const output = filled('{ "__proto__": "{{1}}", "in": { "__proto__": { "a": "{{2}}" } } }', [{ b: 1 }, 2]);
  expect(JSON.stringify(output)).toBe('{"__proto__":{"b":1},"in":{"__proto__":{"a":2}}}');
  expect((output as { b?: unknown }).b).toBeUndefined();
});
