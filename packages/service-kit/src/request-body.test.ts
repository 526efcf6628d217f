import { LIMITS } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { exactJson } from '@millrace/testing';
import fc from 'fast-check';
import { parseJsonBody, utf8Text } from './request-body.js';

const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('parseJsonBody', () => {
  it('reads JSON in UTF-8, with or without a byte order mark', () => {
    expect(parseJsonBody(Buffer.from('{"a":"ä"}'))).toEqual({ a: 'ä' });
    expect(parseJsonBody(Buffer.from('\ufeff{"a":"ä"}'), 'application/json; charset=UTF-8')).toEqual({ a: 'ä' });
    expect(parseJsonBody(Buffer.from('1'), 'application/json;charset="utf8"')).toBe(1);
  });

  it('keeps every digit of a number', () => {
    fc.assert(
      fc.property(exactJson, (text) => {
        expect(stringifyJson(parseJsonBody(Buffer.from(text)))).toBe(text);
      }),
    );
  });

  it.each(['utf-16le', 'utf-16', 'utf-7', 'iso-8859-1', 'klingon', 'utf-8x'])(
    'refuses the charset %s before it looks at the bytes',
    (charset) => {
      const body = Buffer.from('['.repeat(100_000) + ']'.repeat(100_000), 'utf16le');
      expect(() => parseJsonBody(body, `application/json; charset=${charset}`)).toThrow(
        refusal('UNSUPPORTED_MEDIA_TYPE'),
      );
    },
  );

  it('refuses what is not JSON, nests too deeply or has too many values', () => {
    for (const text of ['', '{"a":', '\ufeff\ufeff1', '['.repeat(100_000), `[${'[],'.repeat(LIMITS.jsonValues)}[]]`])
      expect(() => parseJsonBody(Buffer.from(text))).toThrow(refusal('INVALID_JSON'));
  });
});

it('refuses more numbers that a double would change than are read, and says what to do', () => {
  const numbers = (count: number) => Buffer.from(`[${'1e999,'.repeat(count - 1)}1e999]`);
  expect(parseJsonBody(numbers(LIMITS.jsonExactNumbers))).toHaveLength(LIMITS.jsonExactNumbers);
  expect(() => parseJsonBody(numbers(LIMITS.jsonExactNumbers + 1))).toThrow(
    expect.objectContaining({
      code: 'INVALID_JSON',
      message: expect.stringContaining('write them as texts') as string,
    }),
  );
});

describe('utf8Text', () => {
  it('leaves the byte order mark out', () => {
    expect(utf8Text(Buffer.from('\ufeffa'), 'text/plain')).toBe('a');
  });

  it('reads no other encoding, whose bytes would say something else', () => {
    expect(() => utf8Text(Buffer.from('a', 'utf16le'), 'text/plain; charset=utf-16le')).toThrow(
      refusal('UNSUPPORTED_MEDIA_TYPE'),
    );
  });
});

test('takes a number of as many digits as one may have, and says where a longer one is', () => {
  const most = '1'.repeat(LIMITS.jsonNumberDigits);
  const text = `{"a":${most},"b":"${most}1"}`;
  expect(stringifyJson(parseJsonBody(Buffer.from(text)))).toBe(text);
  expect(() => parseJsonBody(Buffer.from(`{"a":${most}1}`))).toThrow(
    expect.objectContaining({
      code: 'INVALID_JSON',
      message: `The request body has a number of more than ${LIMITS.jsonNumberDigits} characters, at byte 6; write it as a text`,
    }),
  );
});
