import { exceededJsonBound, nestsDeeperThan } from './json-depth.js';

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

describe('exceededJsonBound', () => {
  const bounds = { depth: 3, values: 6 };

  it('counts arrays, objects and their entries', () => {
    expect(exceededJsonBound(bytes('[1,2,3,4,5,6]'), bounds)).toBeNull();
    expect(exceededJsonBound(bytes('[1,2,3,4,5,6,7]'), bounds)).toBe('values');
    expect(exceededJsonBound(bytes('[[],[],[],{}]'), bounds)).toBe('values');
    expect(exceededJsonBound(bytes('{"a":1,"b":2,"c":{"d":3}}'), bounds)).toBeNull();
  });

  it('ignores commas in strings, and tells depth from number', () => {
    expect(exceededJsonBound(bytes('",,,,,,,,,,\\",[[[[["'), bounds)).toBeNull();
    expect(exceededJsonBound(bytes('[[[[]]]]'), bounds)).toBe('depth');
  });
});
