import { LIMITS } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { applyPatch } from 'rfc6902';
import type { JsonObject } from '../workflows/json-object.js';
import { documentPatch, PatchWork } from './document-patch.js';

const copy = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

/** What the patch makes of `input`, by the library that knows the standard. */
function patched(input: JsonObject, output: JsonObject): unknown {
  const target = copy(input);
  const problems = applyPatch(target, copy(documentPatch(input, output)) as Parameters<typeof applyPatch>[1]);
  expect(problems.filter((problem) => problem !== null)).toEqual([]);
  return target;
}

const step = (id: string, url = 'a') => ({ id, type: 'http', config: { url } });
const withSteps = (...ids: string[]): JsonObject => ({ name: 'x', steps: ids.map((id) => step(id)) });

describe('the patch between two documents', () => {
  it('is empty for the same document', () => {
    expect(documentPatch(withSteps('a', 'b'), withSteps('a', 'b'))).toEqual([]);
  });

  it('distinguishes two numbers by their last digit, and what is a number from what is none', () => {
    const having = (json: string) => parseJson(`{"steps":[{"id":"a","config":{"output":${json}}}]}`) as JsonObject;
    const one = having('9007199254740993');
    expect(documentPatch(one, having('9007199254740993'))).toEqual([]);
    for (const other of ['9007199254740995', '9007199254740992', '{}', '{"a":1}', '[]', 'null', '"9007199254740993"']) {
      const path = '/steps/0/config/output';
      expect(stringifyJson(documentPatch(one, having(other)))).toBe(
        `[{"op":"replace","path":"${path}","value":${other}}]`,
      );
      expect(stringifyJson(documentPatch(having(other), one))).toBe(
        `[{"op":"replace","path":"${path}","value":9007199254740993}]`,
      );
    }
    expect(stringifyJson(documentPatch(having('[9007199254740993,1]'), having('[1]')))).toBe(
      '[{"op":"remove","path":"/steps/0/config/output/0"}]',
    );
  });

  it('names the one value that is another', () => {
    const changed = { name: 'x', steps: [step('a'), step('b', 'c')] };
    expect(documentPatch(withSteps('a', 'b'), changed)).toEqual([
      { op: 'replace', path: '/steps/1/config/url', value: 'c' },
    ]);
  });

  it('recognises steps by their ids when others come and go', () => {
    expect(documentPatch(withSteps('a', 'b', 'c'), withSteps('new', 'a', 'c'))).toEqual([
      { op: 'remove', path: '/steps/1' },
      { op: 'add', path: '/steps/0', value: step('new') },
    ]);
  });

  it('adds and removes fields, of any name', () => {
    const input = JSON.parse('{"name":"x","a/b":1,"variables":{"~":{"k":[1,{"deep":true}]},"gone":1}}') as JsonObject;
    const output = JSON.parse(
      '{"name":"y","variables":{"~":{"k":[{"deep":false}]},"__proto__":{"a":1}},"":2}',
    ) as JsonObject;
    expect(documentPatch(input, output).map(({ op, path }) => `${op} ${path}`)).toEqual([
      'remove /a~1b',
      'replace /name',
      'remove /variables/gone',
      'add /variables/__proto__',
      'remove /variables/~0/k/0',
      'replace /variables/~0/k/0/deep',
      'add /',
    ]);
  });

  it.each([
    ['a value that becomes another kind', { a: [1], b: {}, c: null }, { a: {}, b: null, c: [1] }],
    ['lists in lists', { a: [[1, 2], [3], [], [[4]]] }, { a: [[3], [2, 1], [[4, 5]]] }],
    ['repeated values', { a: ['x', 'x', 'y', 'x'] }, { a: ['y', 'x', 'x', 'x', 'x'] }],
    ['steps in another order', withSteps('a', 'b', 'c', 'd'), withSteps('d', 'b', 'a', 'c')],
    ['repeated ids', { steps: [step('a'), step('a', 'b')] }, { steps: [step('a', 'b'), step('b'), step('a')] }],
    ['names that look like indexes', { a: { '0': 1, '-': 2 } }, { a: { '0': [1], '-': 3, '01': 4 } }],
  ])('makes one of the other: %s', (_, input: JsonObject, output: JsonObject) => {
    expect(patched(input, output)).toEqual(output);
    expect(patched(output, input)).toEqual(input);
  });
});

describe('hostile documents', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `step_${index}`);
  const shuffled = ids.map((_, index) => ids[(index * 7_919) % ids.length] as string);

  it('cost work in proportion to their size: 10,000 steps in another order', () => {
    const work = new PatchWork();
    const patch = documentPatch(withSteps(...ids), withSteps(...shuffled), work);
    // A step has an id, a type, a config and an url: five values with itself.
    expect(work.comparisons).toBeLessThan(10_000 * 5 + 10);
    expect(patch).toEqual([{ op: 'replace', path: '/steps', value: expect.any(Array) as unknown }]);
  });

  it('cost as much when nothing can be recognised', () => {
    const lists = Array.from({ length: 10_000 }, (_, index) => [index]);
    const work = new PatchWork();
    documentPatch({ variables: { lists } }, { variables: { lists: lists.slice(1).reverse() } }, work);
    expect(work.comparisons).toBeLessThan(10_000 * 2 + 10);
  });

  it('have a patch no longer than a few times themselves, with names as long as can be', () => {
    const long = 'n'.repeat(300_000);
    // Fewer values than a patch may have operations.
    const values = (value: number) => Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index, value]));
    const patch = documentPatch({ variables: { [long]: values(1) } }, { variables: { [long]: values(2) } });
    expect(patch.map(({ op, path }) => `${op} ${path}`)).toEqual(['replace /variables']);
    const renamed = documentPatch(
      { variables: { [long]: values(1) } },
      { variables: { [long]: { other: { ...values(1) } } } },
    );
    expect(JSON.stringify(renamed).length).toBeLessThan(2 * LIMITS.workflowBodyBytes);
  });

  it('leave room for what differs in few places elsewhere', () => {
    const patch = documentPatch(
      { ...withSteps(...ids), output: 1 },
      { ...withSteps(...shuffled), output: 1, name: 'y' },
    );
    expect(patch.map(({ path }) => path)).toEqual(['/name', '/steps']);
  });
});
