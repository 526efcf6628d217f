import { isSafeServer, SERVER_FLOORS, type ServerName } from './server-versions.js';

test.each<[ServerName, string, boolean]>([
  ['mongodb', '8.0.16', false],
  ['mongodb', '8.0.17', true],
  ['mongodb', '8.2.2', false],
  ['mongodb', '8.2.3', true],
  ['mongodb', '7.0.28', true],
  ['mongodb', '6.0.99', false],
  ['mongodb', '8.1.5', false],
  ['mongodb', '9.0.0', true],
  // A tag that follows its line.
  ['mongodb', '8.0', true],
  ['redis', '8-alpine', true],
  ['redis', '7.0', false],
  ['nats', '2.14.2-alpine', false],
  ['nats', '2.15.1-alpine', true],
  ['nats', 'latest', false],
])('%s %s has the fixes that it needs: %s', (server, version, expected) => {
  expect(isSafeServer(server, version)).toBe(expected);
});

test('each floor is safe itself', () => {
  for (const [server, floors] of Object.entries(SERVER_FLOORS))
    for (const floor of floors) expect([floor, isSafeServer(server as ServerName, floor)]).toEqual([floor, true]);
});
