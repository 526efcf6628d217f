import { idTime, newId, randomSecret } from './ids.js';

describe('newId', () => {
  it('orders by time of making, also within a millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('execution'));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells its time', () => {
    const before = Date.now();
    const time = idTime(newId('workflow'));
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
    expect(idTime('exec_456789')).toBeNull();
  });

  it('is one subject token', () => {
    expect(newId('execution')).toMatch(/^exec_[0-9a-z]{26}$/);
  });
});

describe('randomSecret', () => {
  it('has the length asked for and no character that needs quoting', () => {
    expect(randomSecret(40)).toMatch(/^[a-z2-7]{40}$/);
    expect(randomSecret(40)).not.toBe(randomSecret(40));
  });
});
