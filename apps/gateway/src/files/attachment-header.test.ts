import { attachmentHeader } from './attachment-header.js';

it.each([
  [null, 'attachment'],
  ['a.pdf', `attachment; filename="a.pdf"; filename*=UTF-8''a.pdf`],
  ['größe "1".pdf', `attachment; filename="gr__e _1_.pdf"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.pdf`],
  [`a'b\\c%.txt`, `attachment; filename="a'b_c_.txt"; filename*=UTF-8''a%27b%5Cc%25.txt`],
])('a file called %p is saved by this name', (name, header) => expect(attachmentHeader(name)).toBe(header));
