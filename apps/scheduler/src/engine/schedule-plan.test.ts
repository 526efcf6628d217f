import { stringifyJson } from '@millrace/expression/exact';
import { configOf } from './schedule-plan.js';

test('the input of a schedule keeps all digits of its numbers', () => {
  const input = '{"id":9007199254740993,"rate":0.1234567890123456789,"count":3}';
  expect(stringifyJson(configOf(`{"interval":"1h","input":${input}}`)?.input)).toBe(input);
});
