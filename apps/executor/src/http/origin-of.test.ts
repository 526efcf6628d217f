import { AppError, LIMITS } from '@millrace/contracts';
import { OriginCircuits } from './origin-circuits.js';
import { originOf } from './origin-of.js';
import { OriginTurns } from './origin-turns.js';

const LONG_HOST = `https://${'a'.repeat(250)}.example/`;
const LONG_URL = `https://service.example/${'a'.repeat(LIMITS.urlLength)}`;

it('is the scheme, host and port of an address', () => {
  expect(originOf('https://Service.example:8443/orders?key=secret')).toBe('https://service.example:8443');
});

it.each(['no address', LONG_HOST, LONG_URL])('is none of %.40s, of which nothing is remembered', async (url) => {
  expect(originOf(url)).toBeUndefined();
  expect(new OriginTurns({ share: 1, most: 1 }).at(url)).toBeUndefined();
  const circuits = new OriginCircuits(() => 0);
  const call = { organisationId: 'org_1', url, stop: new AbortController().signal };
  const failure = new AppError('HTTP_REQUEST_FAILED', { message: 'refused', details: { url, cause: 'ECONNREFUSED' } });
  for (let misses = 0; misses <= LIMITS.circuitMisses; misses++)
    await expect(circuits.through(call, () => Promise.reject(failure))).rejects.toBe(failure);
});
