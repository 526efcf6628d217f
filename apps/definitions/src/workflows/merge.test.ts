import { mergeDocument } from './merge.js';

describe('mergeDocument', () => {
  it('replaces whole top-level fields and keeps the others in their place', () => {
    const document = { name: 'a', variables: { x: 1, y: 2 }, steps: [1, 2] };
    const merged = mergeDocument(document, { steps: [3], variables: { z: 3 } });
    expect(JSON.stringify(merged)).toBe('{"name":"a","variables":{"z":3},"steps":[3]}');
    expect(document).toEqual({ name: 'a', variables: { x: 1, y: 2 }, steps: [1, 2] });
  });

  it('removes a field by null and ignores the null of a field that is not there', () => {
    expect(mergeDocument({ name: 'a', description: 'b' }, { description: null, output: null })).toEqual({ name: 'a' });
  });

  it('takes trigger and triggers as one setting', () => {
    expect(mergeDocument({ trigger: { type: 'webhook' } }, { triggers: [] })).toEqual({ triggers: [] });
    expect(mergeDocument({ triggers: [] }, { trigger: { type: 'webhook' } })).toEqual({ trigger: { type: 'webhook' } });
    const both = { trigger: {}, triggers: [] };
    expect(mergeDocument({}, both)).toEqual(both);
    expect(mergeDocument({ triggers: [] }, { trigger: null })).toEqual({ triggers: [] });
  });

  it('pollutes nothing with keys that mean something to JavaScript', () => {
    const patch = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as Record<
      string,
      unknown
    >;
    const merged = mergeDocument({ name: 'a' }, patch);
    expect(Object.keys(merged)).toEqual(['name', '__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((merged as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
