import { outputSize } from './output-size.js';

describe('outputSize', () => {
  it('is about that of the JSON', () => {
    for (const value of [null, 1, 'text', [1, 2, 3], { a: { b: ['c', null, true] } }, 'x'.repeat(1_000)]) {
      const size = outputSize(value, 1e6);
      expect(size).toBeGreaterThanOrEqual(JSON.stringify(value).length * 0.5);
      expect(size).toBeLessThanOrEqual(JSON.stringify(value).length * 2 + 30);
    }
  });

  it('counts shared parts as often as they appear, and stops above the limit', () => {
    const shared = { text: 'x'.repeat(1_000) };
    expect(
      outputSize(
        Array.from({ length: 10 }, () => shared),
        1e6,
      ),
    ).toBeGreaterThan(10_000);
    let nested: unknown[] = [1];
    for (let depth = 0; depth < 60; depth++) nested = [nested, nested];
    expect(outputSize(nested, 1_000)).toBeGreaterThan(1_000);
  });

  it('walks deep data', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(outputSize(deep, 1e9)).toBeGreaterThan(100_000);
  });
});
