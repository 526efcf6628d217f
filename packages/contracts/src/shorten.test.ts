import { shortened } from './shorten.js';

describe('shortened', () => {
  it('keeps what is short', () => {
    expect(shortened('wf_invalid')).toBe('wf_invalid');
  });

  it('cuts what is long, and shows that it did', () => {
    expect(shortened('a'.repeat(5_000))).toBe(`${'a'.repeat(64)}…`);
    expect(shortened('abc', 2)).toBe('ab…');
  });
});
