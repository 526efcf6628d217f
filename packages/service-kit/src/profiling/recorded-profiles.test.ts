import { RecordProfile } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { HealthServer } from '../health.js';
import { silentLogger } from '../logging.js';
import { recordedProfiles } from './recorded-profiles.js';

const TOKEN = 'profile-token-of-the-tests-0001';

/** Asks a service for a profile that has this connection; returns the status. */
async function asked(bus: Pick<Bus, 'request'> | undefined): Promise<number> {
  const profiles = recordedProfiles('executor', TOKEN, silentLogger(), () => bus);
  const server = new HealthServer('executor', {}, [], profiles);
  try {
    const url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}/profile?seconds=0.05`;
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } });
    await response.arrayBuffer();
    return response.status;
  } finally {
    await server.close();
  }
}

test('each profile is in the audit log with its kind and who has asked, before it is taken', async () => {
  const asks: unknown[] = [];
  const bus = { request: (...ask: unknown[]) => Promise.resolve(void asks.push(ask)) };
  expect(await asked(bus as unknown as Pick<Bus, 'request'>)).toBe(200);
  const recorded = { service: 'executor', kind: 'cpu', address: '127.0.0.1' };
  expect(asks).toEqual([[RecordProfile, expect.objectContaining(recorded)]]);
});

test('none is taken where it cannot be recorded: before there is a connection, and while nobody replies', async () => {
  expect(await asked(undefined)).toBe(503);
  const bus = { request: () => Promise.reject(new Error('nobody replies')) };
  expect(await asked(bus as unknown as Pick<Bus, 'request'>)).toBe(500);
});

test('a service without a token has none', () => {
  expect(recordedProfiles('executor', undefined, silentLogger(), () => undefined)).toBeUndefined();
});
