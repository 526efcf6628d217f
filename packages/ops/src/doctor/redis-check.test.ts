import { redisFindings } from './redis-check.js';

/* What a Redis says of itself, as `INFO` writes it. */

const infoOf = (members: Readonly<Record<string, string>>) =>
  Object.entries({ maxmemory_policy: 'noeviction', ...members }).reduce(
    (text, [name, value]) => `${text}${name}:${value}\r\n`,
    '# Server\r\n',
  );
const found = (members: Readonly<Record<string, string>>) =>
  redisFindings(infoOf(members)).map(({ status, found: what, cure }) => [status, what, cure !== null]);

test('a Redis that has the fixes it has to have is as it should be', () => {
  expect(found({ redis_version: '7.2.11' })).toEqual([['ok', 'version 7.2.11, noeviction', false]]);
  expect(found({ redis_version: '9.0.0' })).toEqual([['ok', 'version 9.0.0, noeviction', false]]);
});

test.each([['7.2.10'], ['8.2.1'], ['6.2.20']])('an old Redis (%s) is found, with a cure', (version) => {
  expect(found({ redis_version: version })).toEqual([['warning', `version ${version} has known holes`, true]]);
});

test('an old Redis that deletes keys too is found for both', () => {
  const both = found({ redis_version: '7.2.10', maxmemory_policy: 'allkeys-lru' });
  expect(both.map(([status]) => status)).toEqual(['warning', 'failed']);
});

test('Valkey is not held against the versions of Redis', () => {
  expect(found({ server_name: 'valkey', redis_version: '7.2.4', valkey_version: '8.1.4' })).toEqual([
    ['ok', 'version 7.2.4, noeviction', false],
  ]);
});
