import { isKeyedIdIn, keyedId } from './keyed-ids.js';

const NAME = 'n'.repeat(43);
const [PAY, REFUND] = [keyedId(NAME, 'p'.repeat(43)), keyedId(NAME, 'r'.repeat(43))];

describe('an id of what is written under a key', () => {
  it('is that of one request, and not of another one under the same key', () => {
    expect([isKeyedIdIn(new Set([PAY]), PAY), isKeyedIdIn(new Set([PAY]), REFUND)]).toEqual([true, false]);
  });

  it('is found where 0.1 has written that of the key alone', () => {
    expect(isKeyedIdIn(new Set([`key:${NAME}`]), PAY)).toBe(true);
    expect(isKeyedIdIn(new Set([`key:${'o'.repeat(43)}`]), PAY)).toBe(false);
  });

  it('may be any that a caller has chosen', () => {
    expect([isKeyedIdIn(new Set(['key:a']), 'key:a.b'), isKeyedIdIn(new Set(['a']), 'a')]).toEqual([false, true]);
  });
});
