import { nestsDeeperThan } from './json-depth.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('nestsDeeperThan', () => {
  it('counts arrays and objects alike', () => {
    expect(nestsDeeperThan(bytes('{"a":[{"b":1}]}'), 3)).toBe(false);
    expect(nestsDeeperThan(bytes('{"a":[{"b":1}]}'), 2)).toBe(true);
  });

  it('ignores brackets in strings, also behind escaped quotes', () => {
    expect(nestsDeeperThan(bytes('{"a":"[[[[\\"[[[["}'), 1)).toBe(false);
  });

  it('does not add up neighbours', () => {
    expect(nestsDeeperThan(bytes('[[],[],[],[]]'), 2)).toBe(false);
  });
});
