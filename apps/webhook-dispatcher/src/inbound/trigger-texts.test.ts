import { parseJson } from '@millrace/expression/exact';
import { TriggerTexts } from './trigger-texts.js';

it('reads the id of a delivery with all its digits', () => {
  const texts = new TriggerTexts(['{{input.id}}']);
  const textOf = (body: string) => texts.evaluate(0, { input: parseJson(body) });
  expect(textOf('{"id":9007199254740993}')).toBe('9007199254740993');
  expect(textOf('{"id":9007199254740992}')).toBe('9007199254740992');
});
