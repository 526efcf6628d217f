import { exactJson } from '@millrace/testing';
import fc from 'fast-check';
import { decodeJson, encodeJson, textOf } from './wire.js';

test('what travels keeps every digit', () => {
  fc.assert(
    fc.property(exactJson, (text) => {
      expect(textOf(encodeJson(decodeJson(Buffer.from(text))))).toBe(text);
    }),
  );
});

test('undefined travels as null', () => {
  expect(textOf(encodeJson(undefined))).toBe('null');
});
