import { addressOf } from './recorded-write.js';

test.each([
  ['192.0.2.10', '192.0.2.10'],
  ['::ffff:192.0.2.10', '192.0.2.10'],
  ['2001:db8::1', '2001:db8::1'],
  ['unknown', null],
  ['', null],
  [undefined, null],
])('the address of %p is %p', (ip, address) => {
  expect(addressOf(ip)).toBe(address);
});
