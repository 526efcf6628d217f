import { deflateSync } from 'node:zlib';
import { pdfPages } from './pdf-pages.js';

const pages = (...parts: (string | Buffer)[]): Promise<number | null> =>
  pdfPages(Buffer.concat(['%PDF-1.7\n', ...parts].map((part) => Buffer.from(part))));
const group = (content: string | Buffer, head = '/Filter/FlateDecode'): Buffer =>
  Buffer.concat([
    Buffer.from(`5 0 obj <</Type/ObjStm${head}>>\nstream\n`),
    deflateSync(content),
    Buffer.from('\nendstream\nendobj\n'),
  ]);

it('counts what a file says, or its pages where these are more', async () => {
  expect(await pages('1 0 obj <</Type /Pages /Kids [2 0 R] /Count 12>> endobj')).toBe(12);
  expect(await pages('<</Type/Pages/Count\r\n7>>')).toBe(7);
  expect(await pages('<</Type/Pages/Count 1>>', '<</Type /Page/Parent 1 0 R>>'.repeat(3))).toBe(3);
  // A tree has one count for each of its branches; the one at the root is the highest.
  expect(await pages('<</Type/Pages/Count 40>>', '<</Type/Pages/Count 20>>'.repeat(2))).toBe(40);
  expect(await pages(...Array<string>(300).fill('<</Type/Font/Pages 3>>'), '<</Type/Pages/Count 2>>')).toBe(2);
  expect(await pages('<</Type/Outlines/Count -9>><</Type/Pages/Count 2>>')).toBe(2);
});

it('counts in compressed groups of objects', async () => {
  const small = group('<</Type/Pages/Kids[3 0 R]/Count 900>>');
  expect(small.length).toBeLessThan(200);
  expect(await pages(small)).toBe(900);
  expect(await pages(group('<</Type/Font>>'), group('<</Type/Pages/Count 31>>'))).toBe(31);
});

it('counts no further than any model reads', async () => {
  expect(await pages('/Count 1 '.repeat(6_000))).toBe(Infinity);
  expect(await pages('/Page '.repeat(6_000))).toBe(Infinity);
});

it('looks through a file once for where its groups end, however many there are and however far that is', async () => {
  const looked = jest.spyOn(Buffer.prototype, 'indexOf');
  const opened = Buffer.concat([Buffer.from('/ObjStm\nstream\n'), deflateSync('<<>>')]);
  expect(
    await pages('<</Type/Pages/Count 3>>', ...Array<Buffer>(300).fill(opened), ' '.repeat(100_000), 'endstream'),
  ).toBe(3);
  expect(looked.mock.calls.filter(([word]) => word === 'endstream')).toHaveLength(1);
  looked.mockRestore();
});

it.each([
  ['says nothing of pages', ['1 0 obj <<>> endobj']],
  ['is encrypted', ['<</Type/Pages/Count 3>> trailer <</Encrypt 9 0 R>>']],
  ['has a group that is packed otherwise', ['<</Type/Pages/Count 1>><</Type/ObjStm>>\nstream\nxxxxx\nendstream']],
  ['has a group without an end', ['<</Type/Pages/Count 1>><</Type/ObjStm>>\nstream\nxxxxx']],
  ['has a group without a beginning', ['<</Type/Pages/Count 1>><</Type/ObjStm>>']],
  ['has a group that unpacks without end', ['<</Type/Pages/Count 1>>', group(Buffer.alloc(50_000_000))]],
  ['has more groups than a document', ['<</Type/Pages/Count 1>>', ...Array<Buffer>(401).fill(group('<<>>'))]],
  [
    'has groups that unpack to too much',
    ['<</Type/Pages/Count 1>>', ...Array<Buffer>(17).fill(group(Buffer.alloc(1024 * 1024)))],
  ],
])('does not know how many a file has that %s', async (_, parts) => {
  expect(await pages(...parts)).toBeNull();
});
