import { BodyPieces } from './body-pieces.js';

test('a body that arrives byte by byte is held in few buffers', () => {
  const pieces = new BodyPieces();
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
  for (let at = 0; at < bytes.length; at++) pieces.add(bytes.subarray(at, at + 1));
  expect(pieces.held).toBeLessThan(5);
  expect(pieces.whole()).toEqual(bytes);
});

test('pieces of all sizes stay in their order', () => {
  const pieces = new BodyPieces();
  const sent = Array.from({ length: 400 }, (_, index) => Buffer.alloc((index * 997) % 9_000, index));
  for (const piece of sent) pieces.add(piece);
  expect(pieces.bytes).toBe(Buffer.concat(sent).length);
  expect(pieces.whole()).toEqual(Buffer.concat(sent));
});

test('large pieces among small ones do not cost a block each', () => {
  const pieces = new BodyPieces();
  for (let count = 0; count < 10; count++) {
    pieces.add(Buffer.from('a'));
    pieces.add(Buffer.alloc(5_000, 'b'));
  }
  expect(pieces.held).toBe(20);
  const shared = new Set([...pieces.whole()]);
  expect(shared.size).toBe(2);
});
