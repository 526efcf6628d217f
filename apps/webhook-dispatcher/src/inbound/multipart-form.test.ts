import { LIMITS } from '@millrace/contracts';
import { multipartEntries } from './multipart-form.js';

const TYPE = 'multipart/form-data; boundary=b';
const part = (header: string, content = ''): string => `--b\r\n${header}\r\n\r\n${content}\r\n`;
const named = (name: string, more = ''): string => `Content-Disposition: form-data; name="${name}"${more}`;
const entries = (parts: string, type = TYPE) => multipartEntries(Buffer.from(parts), type);
const invalid = (message: string) =>
  expect.objectContaining({ code: 'INVALID_INPUT', message: `The form ${message}` }) as Error;

describe('multipartEntries', () => {
  it('reads an empty form', () => {
    expect(entries('--b--\r\n')).toEqual([]);
  });

  it('undoes what browsers write for quotes and line breaks in names', () => {
    expect(entries(`${part(named('a%22b%0D%0Ac%41'), '1')}--b--`)).toEqual([{ name: 'a"b\r\nc%41', value: '1' }]);
  });

  it('takes as many lines of header fields in each part as there may be', () => {
    const most = (name: string): string => named(name) + '\r\nX: 1'.repeat(LIMITS.formPartHeaderLines - 1);
    const content = '\r\n\r\n1\r\n'.repeat(100);
    const form = `${part(most('a'))}${part(most('b'), content)}${part(most('c'), content)}--b--`;
    expect(entries(form)).toEqual([
      { name: 'a', value: '' },
      { name: 'b', value: content },
      { name: 'c', value: content },
    ]);
  });

  it('keeps bytes that look almost like a boundary', () => {
    const content = '\r\n--\r\n-b\r\n--';
    expect(entries(`${part(named('a'), content)}--b--`)).toEqual([{ name: 'a', value: content }]);
  });

  it.each([
    [
      'without a boundary in its type',
      `${part(named('a'))}--b--`,
      'multipart/form-data',
      'names no boundary of its parts, or one with more than 70 characters',
    ],
    [
      'with a long boundary',
      '',
      `multipart/form-data; boundary=${'b'.repeat(71)}`,
      'names no boundary of its parts, or one with more than 70 characters',
    ],
    [
      'with another boundary',
      '--c--',
      TYPE,
      'is cut off, or does not begin with the boundary that its content type names',
    ],
    [
      'that is cut off',
      part(named('a'), 'x'),
      TYPE,
      'is cut off, or does not begin with the boundary that its content type names',
    ],
    ['with a part without a name', `${part('Content-Type: text/plain')}--b--`, TYPE, 'has a part without a name'],
    [
      'with a long name',
      `${part(named('n'.repeat(LIMITS.formFieldNameCharacters + 1)))}--b--`,
      TYPE,
      `has a field whose name has more than ${LIMITS.formFieldNameCharacters} characters`,
    ],
    [
      'with a large header',
      `${part(named('a'), 'b')}${part(`${named('b')}\r\nX: ${'x'.repeat(LIMITS.formPartHeaderBytes)}`)}--b--`,
      TYPE,
      `has more than ${LIMITS.formPartHeaderBytes} bytes of header fields in its part 2`,
    ],
    [
      'with many lines of header fields in a part',
      `${part(named('a'), 'b')}${part(named('b'))}${part(named('c') + '\r\nX: 1'.repeat(LIMITS.formPartHeaderLines))}--b--`,
      TYPE,
      `has more than ${LIMITS.formPartHeaderLines} lines of header fields in its part 3`,
    ],
    [
      'with many parts',
      `${part(named('a')).repeat(LIMITS.formFields + 1)}--b--`,
      TYPE,
      `has more than ${LIMITS.formFields} parts`,
    ],
    [
      'with many files',
      `${part(named('a', '; filename="f"')).repeat(LIMITS.webhookFiles + 1)}--b--`,
      TYPE,
      `has more than ${LIMITS.webhookFiles} files`,
    ],
  ])('refuses a form %s', (_what, body, type, message) => {
    expect(() => entries(body, type)).toThrow(invalid(message));
  });

  describe('with JSON in many parts', () => {
    const json = (content: string): string => part(`${named('a')}\r\nContent-Type: application/json`, content);
    const tooMuch = (what: string) =>
      expect.objectContaining({ code: 'INVALID_JSON', message: expect.stringContaining(what) as string }) as Error;

    it('takes as many values as one JSON text may have, and no more', () => {
      const tenth = json(`[${'{},'.repeat(LIMITS.jsonValues / 20 - 1)}{}]`);
      expect(entries(`${tenth.repeat(10)}--b--`)).toHaveLength(10);
      expect(() => entries(`${tenth.repeat(10)}${json('[]')}--b--`)).toThrow(
        tooMuch(`has more than ${LIMITS.jsonValues} values`),
      );
    });

    it('takes as many different names, about', () => {
      const object = (from: number): string =>
        json(`{${Array.from({ length: LIMITS.jsonNames / 2 }, (_, index) => `"${from + index}":1`).join()}}`);
      expect(entries(`${object(0).repeat(3)}--b--`)).toHaveLength(3);
      expect(() => entries(`${[0, 1, 2, 3].map((at) => object(at * LIMITS.jsonNames)).join('')}--b--`)).toThrow(
        tooMuch(`has more than ${LIMITS.jsonNames} different names`),
      );
    });

    it('takes as many numbers that no double holds', () => {
      const half = json(
        `[${Array(LIMITS.jsonExactNumbers / 2)
          .fill('1e400')
          .join()}]`,
      );
      expect(entries(`${half.repeat(2)}--b--`)).toHaveLength(2);
      expect(() => entries(`${half.repeat(2)}${json('1e400')}--b--`)).toThrow(
        tooMuch(`has more than ${LIMITS.jsonExactNumbers} numbers that need more digits`),
      );
    });
  });

  it('takes as many parts and files as it may have', () => {
    const fields = LIMITS.formFields - LIMITS.webhookFiles;
    const body = part(named('a')).repeat(fields) + part(named('f', '; filename="f"')).repeat(LIMITS.webhookFiles);
    expect(entries(`${body}--b--`)).toHaveLength(LIMITS.formFields);
  });

  it('refuses a part with more parameters than it may have', () => {
    const has = (parameters: number): string => `${part(named('a', ';x=1'.repeat(parameters - 1)))}--b--`;
    expect(entries(has(LIMITS.formPartParameters))).toHaveLength(1);
    expect(() => entries(has(LIMITS.formPartParameters + 1))).toThrow(
      invalid(`has a part with more than ${LIMITS.formPartParameters} parameters`),
    );
  });

  it('refuses a header that is no UTF-8', () => {
    const body = Buffer.from(`${part(named('\u00ff'))}--b--`, 'latin1');
    expect(() => multipartEntries(body, TYPE)).toThrow(invalid('has a part whose header is not in UTF-8'));
  });

  it('says where the JSON of a part is broken', () => {
    const body = `${part(`${named('a')}\r\nContent-Type: application/json`, '{"a":}')}--b--`;
    expect(() => entries(body)).toThrow(expect.objectContaining({ code: 'INVALID_JSON' }) as Error);
  });

  it('ends for bodies that are made to be searched again and again', () => {
    const size = LIMITS.webhookBodyBytes;
    for (const hostile of ['\r\n--'.repeat(size / 4), '\r\n-'.repeat(size / 3)]) {
      expect(entries(`${part(named('a'), hostile)}--b--`)).toEqual([{ name: 'a', value: hostile }]);
    }
    const quotes = part(named('a', `;x="${'\\;'.repeat(700)}`));
    expect(entries(`${quotes.repeat(1_000)}--b--`)).toHaveLength(1_000);
  });
});
