import { nameOf } from './received-file.js';

const url = 'https://u.example/a/b%20c.pdf?x=/d#/e';

it.each([
  [undefined, 'b c.pdf'],
  ['inline', 'b c.pdf'],
  ['attachment; filename=a.pdf', 'a.pdf'],
  ['attachment; filename="a; \\"b\\".pdf"', 'a; "b".pdf'],
  [`attachment; filename="a.pdf"; filename*=UTF-8''%E2%82%AC.pdf`, '€.pdf'],
  [`attachment; filename*=utf-8'de'%zz.pdf`, '%zz.pdf'],
  [Buffer.from('attachment; filename="größe.pdf"').toString('latin1'), 'größe.pdf'],
  ['attachment; filename="gr\u00f6\u00dfe.pdf"', 'größe.pdf'],
  [`attachment; filename="${'\\\\'.repeat(50_000)}`, 'b c.pdf'],
])('a response with the disposition %p is called %p', (disposition, name) =>
  expect(nameOf(disposition, url)).toBe(name),
);

it('the name of a response is found without work in the square of the length of its address', () => {
  const before = process.cpuUsage();
  expect(nameOf(undefined, `https://u.example/${'a'.repeat(200_000)}/b.pdf`)).toBe('b.pdf');
  const { user, system } = process.cpuUsage(before);
  // Microseconds; a pattern that is tried from each character takes some ten times as long.
  expect(user + system).toBeLessThan(2_000_000);
});

it('a response without a path has no name', () => {
  expect(nameOf(undefined, 'https://u.example')).toBe('');
  expect(nameOf(undefined, 'https://u.example/?a=b')).toBe('');
});
