import type { NatsInspection } from '@millrace/messaging';
import { mongoFinding, natsFindings } from './server-checks.js';

/* What is wrong with servers that can be asked. */

const GOOD: NatsInspection = {
  version: '2.15.1',
  cluster: null,
  storage: { used: 10, limit: 100 },
  missing: [],
  differences: [],
  surplus: [],
  replicas: new Map([['RUNS', 1]]),
};
const ofNats = (wrong: Partial<NatsInspection>, natsReplicas = 1) =>
  natsFindings({ ...GOOD, ...wrong }, natsReplicas).map(({ status, found, cure }) => [status, found, cure !== null]);

test('a NATS as it should be has nothing wrong, a cluster with three copies neither', () => {
  expect(ofNats({})).toEqual([['ok', expect.any(String), false]]);
  expect(ofNats({ cluster: 'c', replicas: new Map([['RUNS', 3]]) }, 3)).toEqual([['ok', expect.any(String), false]]);
  expect(ofNats({ storage: { used: 10, limit: null } })).toEqual([['ok', expect.any(String), false]]);
});

test.each<[string, Partial<NatsInspection>, number, string, string]>([
  ['an old version', { version: '2.14.5' }, 1, 'warning', 'known holes'],
  ['streams that are missing', { missing: ['TIMERS', 'DLQ'] }, 1, 'failed', 'TIMERS, DLQ'],
  ['a stream that differs', { differences: ['stream DLQ: max_age'] }, 1, 'warning', 'stream DLQ: max_age'],
  ['what somebody has set', { surplus: ['stream DLQ: sealed is true'] }, 1, 'warning', 'stream DLQ: sealed'],
  ['too few copies', { replicas: new Map([['RUNS', 3], ['DLQ', 1]]) }, 3, 'warning', 'fewer than 3 copies of DLQ'], // prettier-ignore
  ['a cluster with one copy of each', { cluster: 'c' }, 1, 'warning', 'the cluster c keeps 1 copy'],
  ['a store that is nearly full', { storage: { used: 91, limit: 100 } }, 1, 'failed', '91 % full'],
])('%s of NATS is found, with a cure', (_what, wrong, natsReplicas, status, found) => {
  expect(ofNats(wrong, natsReplicas)).toEqual([[status, expect.stringContaining(found), true]]);
});

test.each([
  ['a member of a replica set', { isWritablePrimary: true, setName: 'rs0' }, '8.0.17', 'ok', 'replica set rs0'],
  ['a server alone', { isWritablePrimary: true }, '8.0.17', 'warning', 'no replica set'],
  ['one that takes no writes', { isWritablePrimary: false, setName: 'rs0' }, '8.0.17', 'failed', 'no writes'],
  ['one that does not say', { setName: 'rs0' }, '8.0.17', 'failed', 'no writes'],
  ['an old version', { isWritablePrimary: true, setName: 'rs0' }, '8.0.16', 'warning', 'known holes'],
])('of MongoDB, %s: what is found', (_what, hello, version, status, found) => {
  expect(mongoFinding(hello, version)).toMatchObject({ status, found: expect.stringContaining(found) as string });
});
