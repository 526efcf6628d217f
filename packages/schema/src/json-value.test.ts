import { checkJson } from './json-value.js';
import { DOCUMENT_LIMITS } from './limits.js';
import type { RawProblem } from './problem.js';
import { formatPath } from './problem.js';

function check(value: unknown): { ok: boolean; problems: string[] } {
  const problems: RawProblem[] = [];
  const ok = checkJson(value, DOCUMENT_LIMITS, (problem) => void problems.push(problem));
  return { ok, problems: problems.map(({ code, at }) => `${code} at ${formatPath(at)}`) };
}

/** An array that counts how often one of its elements is looked at. */
function countedArray(length: number): { array: unknown[]; looks: () => number } {
  let looks = 0;
  const array = new Proxy(new Array<number>(length).fill(1), {
    get(target, key, receiver): unknown {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
      return Reflect.get(target, key, receiver);
    },
  });
  return { array, looks: () => looks };
}

describe('the check of a JSON value', () => {
  it('counts an array before it looks at what the array holds', () => {
    const { array, looks } = countedArray(2_000_000);
    expect(check({ variables: { a: array } })).toEqual({ ok: false, problems: ['too_large at '] });
    expect(looks()).toBe(0);
  });

  it('looks at each element of an array that is small enough once', () => {
    const { array, looks } = countedArray(1_000);
    expect(check([array, 'a'])).toEqual({ ok: true, problems: [] });
    expect(looks()).toBe(1_000);
  });

  it('reports the first thing that is wrong, with the way to it', () => {
    expect(check({ a: [1, { b: [Number.NaN, undefined, 1n] }] })).toEqual({
      ok: false,
      problems: ['not_json at a[1].b[0]'],
    });
    expect(check({ a: 1, b: [[], {}, 2n] }).problems).toEqual(['not_json at b[2]']);
    expect(check(JSON.parse('{"a":[{"__proto__":1}]}')).problems).toEqual(['not_json at a[0].__proto__']);
  });

  it('takes as much as the limits allow and not one more', () => {
    const nested = (depth: number) => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1);
    expect(check(nested(DOCUMENT_LIMITS.documentDepth)).ok).toBe(true);
    expect(check(nested(DOCUMENT_LIMITS.documentDepth + 1)).problems).toEqual([
      `too_deep at ${'[0]'.repeat(DOCUMENT_LIMITS.documentDepth)}`,
    ]);
    const wide = (values: number) => new Array<number>(values - 1).fill(1);
    expect(check(wide(DOCUMENT_LIMITS.documentValues)).ok).toBe(true);
    expect(check(wide(DOCUMENT_LIMITS.documentValues + 1)).problems).toEqual(['too_large at ']);
    expect(check('a'.repeat(DOCUMENT_LIMITS.documentLength - 5)).ok).toBe(true);
    expect(check('a'.repeat(DOCUMENT_LIMITS.documentLength - 4)).problems).toEqual(['too_large at ']);
    expect(check({ ['k'.repeat(DOCUMENT_LIMITS.documentLength)]: 1 }).problems).toEqual(['too_large at ']);
  });
});
