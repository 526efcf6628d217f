import { AppError } from '@millrace/contracts';
import { webhookInput } from './webhook-body.js';

const read = (body: string, contentType?: string, query = {}): unknown =>
  webhookInput({ body: Buffer.from(body), contentType, query });

describe('webhookInput', () => {
  it('reads JSON whatever its type is called', () => {
    for (const type of [
      undefined,
      'application/json',
      'application/json; charset=utf-8',
      'application/vnd.github+json',
      'application/octet-stream',
    ]) {
      expect(read('{"a":[1]}', type)).toEqual({ a: [1] });
    }
  });

  it('takes the query parameters when there is no body', () => {
    expect(read('', undefined, { a: '1' })).toEqual({ a: '1' });
  });

  it('reads forms, repeated fields as lists', () => {
    expect(read('a=1&b=x%20y&a=2', 'application/x-www-form-urlencoded')).toEqual({ a: ['1', '2'], b: 'x y' });
  });

  it('unwraps the JSON that GitHub puts into a form', () => {
    expect(read('payload=%7B%22ref%22%3A%22main%22%7D', 'application/x-www-form-urlencoded')).toEqual({ ref: 'main' });
  });

  it('keeps text as text', () => {
    expect(read('{"a":1}', 'text/plain')).toBe('{"a":1}');
  });

  it('says where JSON is broken', () => {
    expect(() => read('{"a":}', 'application/json')).toThrow(expect.objectContaining({ code: 'INVALID_JSON' }));
  });

  it('refuses nesting that would overflow a stack', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    for (const [body, type] of [
      [deep, 'application/json'],
      [`payload=${deep}`, 'application/x-www-form-urlencoded'],
    ] as const) {
      expect(() => read(body, type)).toThrow(expect.objectContaining({ code: 'INVALID_JSON' }));
    }
  });

  it('refuses other bytes', () => {
    expect(() => read('\u0000PNG', 'image/png')).toThrow(AppError);
  });

  it('makes an own property of __proto__, not a prototype', () => {
    const input = read('__proto__=x&a=1', 'application/x-www-form-urlencoded') as object;
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(Object.hasOwn(input, '__proto__')).toBe(true);
  });
});
