import { readKeyedWrite, writtenKeyedWrite } from './keyed-write.js';

const WRITE = { id: '01kaxh3v9m0000000000000001', seed: 'a'.repeat(43), again: false };

it.each([false, true])('is read as it was written, begun before: %p', (again) => {
  expect(readKeyedWrite(writtenKeyedWrite({ ...WRITE, again }))).toEqual({ ...WRITE, again });
});

it.each([
  undefined,
  '',
  'x',
  `${WRITE.id}`,
  `${WRITE.id} short`,
  `${WRITE.id} ${WRITE.seed} later`,
  ` ${WRITE.id} ${WRITE.seed}`,
])('is none when it says %p', (text) => {
  expect(readKeyedWrite(text)).toBeUndefined();
});
