import { parseAckSubject } from './incoming.js';

const expected = {
  stream: 'RUNS',
  consumer: 'executor-1',
  deliveryCount: 2,
  sequence: 17,
  storedAt: 1_764_000_000_123,
  pending: 5,
};

test('reads the reply subject of a delivery, in the old and the new form', () => {
  expect(parseAckSubject('$JS.ACK.RUNS.executor-1.2.17.9.1764000000123456789.5')).toEqual(expected);
  expect(parseAckSubject('$JS.ACK._.hash.RUNS.executor-1.2.17.9.1764000000123456789.5.random')).toEqual(expected);
});
