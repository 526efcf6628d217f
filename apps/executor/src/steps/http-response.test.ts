import { LIMITS } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { exactJson } from '@millrace/testing';
import fc from 'fast-check';
import { readBody } from './http-response.js';

const url = 'http://127.0.0.1/';
const answer = (body: Uint8Array, type = 'application/json') =>
  readBody('auto', url, { url, status: 200, headers: { 'content-type': type }, body });

describe('the body of an answer', () => {
  it.each([
    '{"__proto__":{"a":1},"b":2}',
    '{"\\u005f_proto__":{"a":1},"b":2}',
    '{"\\u005F\\u005Fproto__":{"a":1},"b":2}',
  ])('is plain data without a key that such must not have, however it is written: %s', (text) => {
    const body = answer(Buffer.from(text)) as object;
    expect(Object.getOwnPropertyNames(body)).toEqual(['b']);
  });

  it('keeps every digit of a number', () => {
    fc.assert(
      fc.property(exactJson, (text) => {
        expect(stringifyJson(answer(Buffer.from(text)))).toBe(text);
      }),
    );
    const text = '{"__other":1,"id":9007199254740993}';
    expect(stringifyJson(answer(Buffer.from(text)))).toBe(text);
  });

  it('with more numbers that a double would change than are read is refused, and not taken for a text', () => {
    const refused = expect.objectContaining({ code: 'HTTP_RESPONSE_TOO_LARGE' }) as Error;
    expect(() => void answer(Buffer.from(`[${'1e999,'.repeat(LIMITS.jsonExactNumbers)}1]`))).not.toThrow();
    expect(() => void answer(Buffer.from(`[${'1e999,'.repeat(LIMITS.jsonExactNumbers)}1e999]`))).toThrow(refused);
  });

  it('with a longer number than is read is refused, and not taken for a text', () => {
    const refused = expect.objectContaining({
      code: 'HTTP_RESPONSE_TOO_LARGE',
      details: { url, limit_digits: LIMITS.jsonNumberDigits },
    }) as Error;
    const most = '1'.repeat(LIMITS.jsonNumberDigits);
    expect(stringifyJson(answer(Buffer.from(most)))).toBe(most);
    expect(() => void answer(Buffer.from(`[${most}1]`))).toThrow(refused);
  });

  it('is recorded by its beginning alone where it must be JSON and is not', () => {
    const response = { url, status: 200, headers: {}, body: Buffer.from('x'.repeat(5_000)) };
    const details = expect.objectContaining({ body: 'x'.repeat(2_048) }) as object;
    const refused = expect.objectContaining({ code: 'STEP_FAILED', details }) as Error;
    expect(() => void readBody('json', url, response)).toThrow(refused);
  });

  it('is bounded by what it says, not by its bytes in another encoding', () => {
    // The low byte of this sign is that of a quotation mark.
    const text = `["\u0122",${'['.repeat(1_000)}${']'.repeat(1_000)}]`;
    const refused = expect.objectContaining({ code: 'HTTP_RESPONSE_TOO_LARGE' }) as Error;
    expect(() => void answer(Buffer.from(text, 'utf16le'), 'application/json; charset=utf-16le')).toThrow(refused);
    expect(() => void answer(Buffer.from(text))).toThrow(refused);
  });
});
