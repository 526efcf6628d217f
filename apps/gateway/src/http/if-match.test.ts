import { versionOf } from './if-match.js';

describe('If-Match', () => {
  it.each([
    ['"3"', { if_version: 3 }],
    ['W/"3"', { if_version: 3 }],
    [' "12" ', { if_version: 12 }],
    ['*', {}],
    [undefined, {}],
  ])('%s asks for %j', (header, version) => {
    expect(versionOf(header)).toEqual(version);
  });

  it.each(['3', '"3', '3"', "'3'", '"3", "4"', '"x"', '"-1"', '"3.0"', `"${'9'.repeat(10)}"`, '""', '', 'W/3'])(
    '%s is no ETag of ours, and refused in the place of being passed over',
    (header) => {
      expect(() => versionOf(header)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    },
  );
});
