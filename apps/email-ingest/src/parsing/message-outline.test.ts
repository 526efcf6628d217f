import { MAIL_LIMITS } from '../limits.js';
import { contentParts, hasAttachment, outlineOf, type Structure } from './message-outline.js';

const leaf = (part: string, type = 'text/plain', disposition?: string): Structure => ({
  part,
  type,
  disposition,
  size: 5,
});
const list = (childNodes: readonly Structure[], part?: string): Structure => ({
  part,
  type: 'multipart/mixed',
  parameters: { boundary: 'b' },
  childNodes,
});

it('distinguishes texts of a message from what is attached to it as the parser does', () => {
  const parts = [
    leaf('1'),
    leaf('2', 'text/html', 'inline'),
    leaf('3', 'text/plain', 'attachment'),
    leaf('4', 'text/plain', 'form-data'),
    leaf('5', 'text/calendar'),
    leaf('6', 'image/png', 'inline'),
    { ...leaf('7', 'message/rfc822'), childNodes: [leaf('7.1')] },
    leaf('8', 'message/delivery-status'),
  ];
  expect(contentParts(outlineOf(list(parts))).map(({ name, kind }) => [name, kind])).toEqual([
    ['1', 'text'],
    ['2', 'text'],
    ['3', 'attachment'],
    ['4', 'attachment'],
    ['5', 'attachment'],
    ['6', 'attachment'],
    ['7', 'attachment'],
    ['8', 'text'],
  ]);
});

it('knows whether anything is attached to a message, also as its only part', () => {
  expect(hasAttachment(list([leaf('1'), leaf('2', 'text/html')]))).toBe(false);
  expect(hasAttachment(list([leaf('1'), list([leaf('2.1', 'image/png', 'inline')], '2')]))).toBe(true);
  expect(hasAttachment({ type: 'application/pdf', size: 7 })).toBe(true);
});

it('takes the only part of a message by the names that it has there', () => {
  expect(outlineOf({ type: 'application/pdf', size: 7 })).toMatchObject({ head: 'HEADER', name: 'TEXT', size: 7 });
});

it('refuses a message of more parts than may be, of more inside of each other, and of parts without a boundary or with a long one', () => {
  const many = list(Array.from({ length: 100_000 }, (_, index) => leaf(String(index + 1))));
  expect(() => outlineOf(many)).toThrow(`more than ${MAIL_LIMITS.parts} parts`);
  let deep = leaf('1');
  for (let depth = 0; depth < 400; depth++) deep = list([deep], '1');
  expect(() => outlineOf(deep)).toThrow('inside of each other');
  const long = { ...list([leaf('1')]), parameters: { boundary: 'b'.repeat(201) } };
  expect(() => outlineOf(long)).toThrow('too long');
  expect(() => outlineOf({ type: 'multipart/mixed', childNodes: [leaf('1')] })).toThrow('cannot be separated');
});
