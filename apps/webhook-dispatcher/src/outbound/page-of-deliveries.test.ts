import type { EventDelivery } from '@millrace/contracts';
import { fitting } from './page-of-deliveries.js';

const MIB = 1024 * 1024;
const deliveryOf = (id: string, bytes: number) => ({ id, request_body: 'x'.repeat(bytes) }) as EventDelivery;
const idsOf = (deliveries: readonly EventDelivery[]) => deliveries.map(({ id }) => id);

it('has all that there are where they are small, and none where there are none', () => {
  expect(idsOf(fitting([deliveryOf('a', 10), deliveryOf('b', MIB)]))).toEqual(['a', 'b']);
  expect(fitting([])).toEqual([]);
});

it('ends before what would be more than 4 MiB, as JSON text in bytes', () => {
  expect(idsOf(fitting([deliveryOf('a', 2 * MIB), deliveryOf('b', 2 * MIB - 200), deliveryOf('c', 200)]))).toEqual([
    'a',
    'b',
  ]);
  const wide = { id: 'wide', request_body: 'ü'.repeat(MIB + MIB / 2) } as EventDelivery;
  expect(idsOf(fitting([wide, deliveryOf('b', MIB)]))).toEqual(['wide']);
});

it('has one that is larger by itself', () => {
  expect(idsOf(fitting([deliveryOf('a', 5 * MIB), deliveryOf('b', 1)]))).toEqual(['a']);
});
