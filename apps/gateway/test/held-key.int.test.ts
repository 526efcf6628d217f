import { AppError, IdempotencyRecord, type IdempotencyRecordValue } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import type { Request } from 'express';
import { HeldKey } from '../src/idempotency/held-key.js';
import { IdempotencyKey } from '../src/idempotency/idempotency-key.js';

const LEASE_MS = 300;
const LOST = new AppError('SERVICE_UNAVAILABLE', { message: 'NATS did not confirm that a message is stored' });

let nats: OwnServer;
let bus: NatsBus;
beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'holder', logger: silentLogger });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

let number = 0;

/** A write that holds a new key. `lose`: what becomes of its next renewals, which are not confirmed, be they stored or not. */
async function hold(...lose: ('stored' | 'not stored')[]) {
  const headers = { 'idempotency-key': `key-${(number += 1)}` };
  const key = IdempotencyKey.of({ headers, method: 'POST', originalUrl: '/v1/tokens' } as unknown as Request, 'org_a');
  const begun_at = new Date().toISOString();
  const record = { fingerprint: 'a', created_at: begun_at, begun_at, holder: `holder-${number}` };
  const { records } = bus;
  const read = () => records.read(IdempotencyRecord, key.address);
  const write = (value: IdempotencyRecordValue, revision: number) =>
    records.write(IdempotencyRecord, key.address, value, revision);
  const of = {
    read,
    write: async (value: IdempotencyRecordValue, revision: number) => {
      const lost = lose.shift();
      if (lost !== 'not stored') revision = await write(value, revision);
      if (lost !== undefined) throw LOST;
      return revision;
    },
  };
  const asked = { id: '1', seed: 's', again: false };
  const revision = await write(record, 0);
  const held = new HeldKey(key, asked, record, revision, { of, leaseMs: LEASE_MS, ended: () => undefined });
  return { held, record, read, write, lost: () => lose.length === 0 };
}

describe('the lease of a write', () => {
  it.each([['stored'], ['not stored']] as const)(
    'is renewed again after a renewal of which nobody has heard, be it %s, and the outcome is written',
    async (lost) => {
      const { held, record, read, lost: isLost } = await hold(lost, lost);
      await waitUntil('both renewals to be lost', isLost);
      const { revision } = (await read()) ?? { revision: 0 };
      await waitUntil('another renewal', async () => ((await read())?.revision ?? 0) > revision);
      await held.end({ ...record, answer: 'kept' });
      expect((await read())?.value).toMatchObject({ answer: 'kept' });
    },
  );

  it('is not renewed once somebody else has taken over, whose record stays', async () => {
    const { held, record, read, write } = await hold();
    const others = { ...record, holder: 'somebody else' };
    // Another attempt when a renewal was faster.
    await waitUntil('the key to be taken', async () =>
      write(others, (await read())?.revision ?? 0).then(
        () => true,
        () => false,
      ),
    );
    const taken = await read();
    await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS));
    await expect(held.end({ ...record, answer: 'kept' })).rejects.toMatchObject({ name: 'WrongSequenceError' });
    expect(await read()).toEqual(taken);
  });
});
