import fc from 'fast-check';
import { asBytes, maskedBytes } from './byte-mask.js';
import { TextMask } from './text-mask.js';

const SECRET = 'correct-horse-battery-staple';

function maskOf(...values: string[]): TextMask {
  const mask = new TextMask();
  for (const value of values) mask.add(value);
  return mask;
}

async function masked(chunks: readonly Uint8Array[], mask = maskOf(SECRET)): Promise<Buffer> {
  const left: Uint8Array[] = [];
  for await (const chunk of maskedBytes(chunks, [mask])) left.push(chunk);
  return Buffer.concat(left);
}

/** The same bytes in chunks that end where the numbers say. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let from = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(from, from + size));
    from += size;
  }
  return [...chunks, bytes.subarray(from)];
}

it('masks a value however it is cut, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 60 }),
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 }),
      async (before, after, sizes) => {
        const bytes = Buffer.concat([before, Buffer.from(SECRET), after]);
        const expected = Buffer.concat([before, Buffer.alloc(SECRET.length, '*'), after]);
        expect((await masked(cut(bytes, sizes))).equals(expected)).toBe(true);
      },
    ),
  );
});

it('masks a value in base64 too', async () => {
  const text = Buffer.from(`x${SECRET}`).toString('base64');
  const left = await masked([Buffer.from(text.slice(0, 9)), Buffer.from(text.slice(9))]);
  expect(left.toString()).toMatch(/^e.{0,3}\*{30,}.{0,4}$/);
});

it('masks a value that is not ASCII, by its bytes', async () => {
  const value = 'schlüssel-der-größten-tür';
  const bytes = Buffer.from(`[${value}]`);
  const left = await masked([bytes.subarray(0, 7), bytes.subarray(7)], maskOf(asBytes(value)));
  expect(left.toString('latin1')).toBe(`[${'*'.repeat(bytes.length - 2)}]`);
});

it('leaves bytes without a value as they are', async () => {
  const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 256));
  expect((await masked(cut(bytes, [1, 100, 15, 16, 17]))).equals(bytes)).toBe(true);
});
