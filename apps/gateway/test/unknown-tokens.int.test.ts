import { TokenSnapshot } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { startGateway, type RunningGateway } from './gateway.fixture.js';

const REFUSED = 5;

let gateway: RunningGateway;
beforeEach(async () => {
  gateway = await startGateway({ refusedPerMinute: REFUSED, trustedProxies: ['127.0.0.1'] });
});
afterEach(() => gateway.stop());

const tokenOf = (part: string | number): string => `unknown-token-0123456789-${part}`;
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
const call = async (token: string, address = '192.0.2.1'): Promise<number> =>
  (await gateway.call('GET', '/v1/workflows', { token, headers: from(address) })).status;

/** How often the server is asked for tokens while `work` runs. */
async function reads(work: () => Promise<unknown>): Promise<number> {
  const { connection } = gateway.bus as NatsBus;
  let count = 0;
  const watch = connection.subscribe('$JS.API.DIRECT.GET.KV_definitions.$KV.definitions.token.>', {
    callback: () => void count++,
  });
  await connection.flush();
  await work();
  await connection.flush();
  watch.unsubscribe();
  return count;
}

describe('calls with an unknown token', () => {
  it('are charged to their address, which gets a refusal when they are too many, and to nobody else', async () => {
    for (let count = 0; count < REFUSED; count++) expect(await call(tokenOf(count))).toBe(401);
    const refused = await gateway.call('GET', '/v1/workflows', { token: tokenOf('x'), headers: from('192.0.2.1') });
    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', details: { limit: REFUSED } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await call(tokenOf('y'), '192.0.2.2')).toBe(401);
    // Others that call from there are let in: nobody serves it here.
    const valid = await gateway.call('GET', '/v1/workflows', { headers: from('192.0.2.1') });
    expect(valid.body.error?.code).toBe('SERVICE_UNAVAILABLE');
  });

  it('are one look-up for each token, until there is such a token', async () => {
    const token = tokenOf('later');
    expect(await reads(() => call(token))).toBe(1);
    expect(await reads(() => call(token))).toBe(0);
    const address = { token_hash: tokenHash(token) };
    await gateway.bus.snapshots.put(TokenSnapshot, address, {
      token_id: 'tok_2',
      organisation_id: 'org_b',
      scopes: ['*'],
    });
    await waitUntil('it to be known', async () => (await call(token, '192.0.2.3')) === 503);
  });

  it('of a form that none has cost no look-up, and are not counted', async () => {
    const wrong = ['short', 'x'.repeat(21), 'x'.repeat(513), 'with spaces 0123456789abcdef'];
    for (let round = 0; round <= REFUSED; round++)
      for (const token of wrong) expect(await reads(() => call(token))).toBe(0);
    expect(await call(tokenOf(1))).toBe(401);
  });
});
