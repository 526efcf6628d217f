import { LIMITS } from '@millrace/contracts';
import { formFields } from './form-fields.js';

describe('formFields', () => {
  it('makes a list of a repeated name, in order', () => {
    expect(formFields('a=1&b=x%20y&a=2&a=3', 'form')).toEqual({ a: ['1', '2', '3'], b: 'x y' });
  });

  it('takes as many fields as are allowed, and refuses one more before it reads any', () => {
    const most = 'a&'.repeat(LIMITS.formFields - 1) + 'a';
    expect(formFields(most, 'form')['a']).toHaveLength(LIMITS.formFields);
    expect(() => formFields(`${most}&a`, 'query')).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: 'The query has more than 1000 parameters' }),
    );
  });

  it('costs no more than one look at each character of a hostile text', () => {
    const before = process.cpuUsage();
    expect(() => formFields('a&'.repeat(60_000), 'form')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    const { user, system } = process.cpuUsage(before);
    // What was quadratic took half a minute.
    expect((user + system) / 1e6).toBeLessThan(5);
  });

  it('makes an own property of __proto__, not a prototype', () => {
    const fields = formFields('__proto__=x&__proto__=y&a=1', 'form');
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect(Object.hasOwn(fields, '__proto__')).toBe(true);
  });
});
