import { parseJson } from '@millrace/expression/exact';
import { sameText, TriggerTexts } from './trigger-texts.js';

it('reads the id of a delivery with all its digits', () => {
  const texts = new TriggerTexts(['{{input.id}}']);
  const textOf = (body: string) => texts.evaluate(0, { input: parseJson(body) });
  expect(textOf('{"id":9007199254740993}')).toBe('9007199254740993');
  expect(textOf('{"id":9007199254740992}')).toBe('9007199254740992');
});

it('compares texts by their whole, whatever their lengths, and not one character after the other', () => {
  for (const [one, other, same] of [
    ['', '', true],
    ['k-1', 'k-1', true],
    ['k-1', 'k-2', false],
    ['k-1', 'k-11', false],
    ['k-1', '', false],
  ] as const)
    expect([one, other, sameText(one, other)]).toEqual([one, other, same]);
  // How long it takes can't be asserted: that it goes by what takes as long for each text can.
  expect(sameText.toString()).toMatch(/timingSafeEqual\)?\(digest\(one\), digest\(other\)\)/);
});
