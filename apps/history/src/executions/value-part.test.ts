import { valueAnswer } from './value-part.js';

const JSON_TEXT = JSON.stringify({ said: 'ä€' });
const BYTES = Buffer.from(JSON_TEXT);
const part = (start: number, end: number) => ({
  json: '',
  part: { total: BYTES.length, start, base64: BYTES.subarray(start, end).toString('base64') },
});

describe('valueAnswer', () => {
  it.each([
    ['without a range', undefined, { json: JSON_TEXT }],
    ['one byte', { first: 0, last: 0 }, part(0, 1)],
    ['inside a character', { first: 9, last: 10 }, part(9, 11)],
    ['from a byte on', { first: 12 }, part(12, BYTES.length)],
    ['the last bytes', { suffix: 2 }, part(BYTES.length - 2, BYTES.length)],
    ['beyond the end', { first: 12, last: 9_999 }, part(12, BYTES.length)],
    ['none of it, after the end', { first: 9_999 }, part(9_999, 9_999)],
    ['none of it, the wrong way round', { first: 5, last: 2 }, part(5, 5)],
    ['none of it', { suffix: 0 }, part(BYTES.length, BYTES.length)],
    ['most of it, which is the whole', { first: 1 }, { json: JSON_TEXT }],
    ['more than there is, which is the whole', { suffix: 9_999 }, { json: JSON_TEXT }],
  ])('returns %s', (_what, range, expected) => {
    expect(valueAnswer(JSON_TEXT, range)).toEqual(expected);
  });

  it('returns the size with one byte, also of the shortest value', () => {
    expect(valueAnswer('1', { first: 0, last: 0 })).toEqual({ json: '', part: { total: 1, start: 0, base64: 'MQ==' } });
  });
});
