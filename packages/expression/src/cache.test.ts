import { ProgramCache } from './cache.js';
import { compileCondition, compileExpression } from './expression.js';

test('a text is kept from its second use on', () => {
  let created = 0;
  const cache = new ProgramCache<object>();
  const create = (): object => ({ number: ++created });
  cache.get('a', create);
  const kept = cache.get('a', create);
  expect(cache.get('a', create)).toBe(kept);
  expect([created, cache.size]).toEqual([2, 1]);
});

test('texts used once leave nothing behind', () => {
  const cache = new ProgramCache<string>();
  for (let number = 0; number < 10_000; number++) cache.get(`text ${String(number)}`, (source) => source);
  expect(cache.size).toBeLessThan(100);
});

test('what is used stays, what is not goes, and the number of entries is bounded', () => {
  const cache = new ProgramCache<object>(100);
  const create = (): object => ({});
  const use = (source: string): object => {
    cache.get(source, create);
    return cache.get(source, create);
  };
  const hot = use('hot');
  const cold = use('cold');
  for (let number = 0; number < 1_000; number++) {
    use(`other ${String(number)}`);
    expect(cache.get('hot', create)).toBe(hot);
    expect(cache.size).toBeLessThanOrEqual(101);
  }
  expect(cache.get('cold', create)).not.toBe(cold);
});

test('the characters of what is kept are bounded, and a text that is used stays', () => {
  const cache = new ProgramCache<object>(100, 10_000);
  const create = (): object => ({});
  const use = (source: string): object => {
    cache.get(source, create);
    return cache.get(source, create);
  };
  const hot = use('hot');
  for (let number = 0; number < 100; number++) {
    use(String(number).padStart(1_000, 'x'));
    expect(cache.get('hot', create)).toBe(hot);
    expect(cache.size).toBeLessThanOrEqual(11);
  }
});

test('a failed compilation is not kept, and very long texts are not either', () => {
  const cache = new ProgramCache<object>();
  const fail = (): object => {
    throw new Error('no');
  };
  for (let turn = 0; turn < 3; turn++) expect(() => cache.get('bad', fail)).toThrow('no');
  const long = 'x'.repeat(20_000);
  for (let turn = 0; turn < 3; turn++) cache.get(long, () => ({}));
  expect(cache.size).toBe(0);
});

test('programs are shared by text', () => {
  compileExpression('1 + 41');
  expect(compileExpression('1 + 41')).toBe(compileExpression('1 + 41'));
});

test('the same text as an expression and as a condition are two programs', () => {
  compileExpression('input.same');
  compileExpression('input.same');
  expect(() => compileCondition('input.same').evaluate({ input: { same: 'text' } })).toThrow(
    expect.objectContaining({ code: 'E_COND' }),
  );
});
