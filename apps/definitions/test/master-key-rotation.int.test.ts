import { writeFileSync } from 'node:fs';
import {
  CreateEventSubscription,
  eventSubscriptionContext,
  EventSubscriptionsSnapshot,
  ListSecrets,
  PutSecret,
  SecretsSnapshot,
  storedEventSubscriptionSchema,
} from '@millrace/contracts';
import { Keyring, keyIdOf, openSealed, SecretReader } from '@millrace/service-kit/sealing';
import { uniqueName } from '@millrace/testing';
import { MasterKeyRotation } from '../src/settings/master-key-rotation.js';
import { SecretsService } from '../src/settings/secrets.service.js';
import { SettingSnapshots } from '../src/snapshots/setting-snapshots.js';
import { Sweeper } from '../src/snapshots/sweeper.js';
import { CANARY, FIRST_KEY, keyLine, startReplicaWithKeys } from './master-keys.fixture.js';

/* What a change of the master key leaves behind when something is in its way. It is made by the tests: the replica looks for it once an hour. */

const running = startReplicaWithKeys({ MILLRACE_SWEEP_SECONDS: '3600' });
const NEXT_KEY = keyLine('next');
const BOTH = NEXT_KEY + FIRST_KEY;

const rotation = () => running.replica.app.get(MasterKeyRotation);
const rewrap = () => rotation().rewrap(new AbortController().signal);
/** The service has these keys from now on, the first of them as the current one. */
function useKeys(text: string): void {
  writeFileSync(running.keysFile, text);
  running.replica.app.get(Keyring).reload();
}
const put = (organisation_id: string, name: string) =>
  running.fixture.client.request(PutSecret, { organisation_id, name, value: CANARY });
const snapshot = (organisation_id: string) =>
  running.fixture.client.snapshots.get(SecretsSnapshot, { organisation_id });
/** What a service reads that has the keys of the file, and has opened nothing before. */
const reader = () => new SecretReader(running.fixture.client, new Keyring(running.keysFile));
const secretsOf = () => running.fixture.mongo.collection<{ _id: string; key_id: string }>('secrets');
const keyOf = async (organisation_id: string) => (await secretsOf().findOne({ organisation_id }))?.key_id;

beforeEach(() => useKeys(FIRST_KEY));
afterEach(async () => void (await secretsOf().deleteMany({})));

it('a secret that is damaged is left as it is, and keeps neither the list of the others nor their rotation', async () => {
  const org = uniqueName('org');
  for (const name of ['a', 'lost', 'z']) await put(org, name);
  const damaged = (await snapshot(org))?.secrets['lost']?.replace(/^(v1\.first\.).{8}/, '$1AAAAAAAA') ?? '';
  await secretsOf().updateOne({ _id: org, 'entries.name': 'lost' }, { $set: { 'entries.$.text': damaged } });
  useKeys(BOTH);
  await rewrap();
  expect((await snapshot(org))?.secrets['lost']).toBe(damaged);
  const { secrets } = await running.fixture.client.request(ListSecrets, { organisation_id: org, limit: 20 });
  expect(secrets.map(({ name }) => name)).toEqual(['a', 'lost', 'z']);
  await expect(reader().read(org, ['lost'])).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  useKeys(NEXT_KEY);
  expect(await reader().read(org, ['a', 'z'])).toEqual({ a: CANARY, z: CANARY });
  // Nothing is left to do about it.
  expect(await rewrap()).toBe(0);
});

it('secrets whose master key is missing hold up neither other organisations nor other kinds, and are said to be left', async () => {
  const [before, without, after] = [uniqueName('org'), uniqueName('org'), uniqueName('org')];
  await put(before, 'key');
  const subscription = { url: 'https://example.com/hooks', events: ['execution.failed' as const] };
  const { id } = await running.fixture.client.request(CreateEventSubscription, {
    organisation_id: after,
    subscription,
  });
  const GONE_KEY = keyLine('gone');
  useKeys(GONE_KEY + FIRST_KEY);
  await put(without, 'key');
  useKeys(FIRST_KEY);
  await put(after, 'key');
  useKeys(BOTH);
  await expect(rewrap()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(await Promise.all([before, without, after].map(keyOf))).toEqual(['next', 'gone', 'next']);
  const published = await running.fixture.client.snapshots.get(EventSubscriptionsSnapshot, { organisation_id: after });
  const { secret } = storedEventSubscriptionSchema.parse(JSON.parse(published?.subscriptions[id] ?? ''));
  expect(keyIdOf(secret)).toBe('next');
  expect(openSealed(secret, eventSubscriptionContext(after, id), new Keyring(running.keysFile))).toMatch(/^whsec_/);
  // It comes back.
  useKeys(BOTH + GONE_KEY);
  expect(await rewrap()).toBe(1);
  expect(await reader().read(without, ['key'])).toEqual({ key: CANARY });
});

it('however many organisations there are whose master key is missing, those behind them are reached', async () => {
  const [first, behind] = [uniqueName('org'), uniqueName('org')];
  useKeys(keyLine('lost') + FIRST_KEY);
  await put(first, 'key');
  const record = await secretsOf().findOne({ _id: first });
  // More than one look takes.
  const many = Array.from({ length: 120 }, (_, index) => `${first}-${String(index)}`);
  await secretsOf().insertMany(many.map((_id) => ({ ...record, _id, organisation_id: _id, key_id: 'lost' })));
  useKeys(FIRST_KEY);
  await put(behind, 'key');
  useKeys(BOTH);
  await expect(rewrap()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect([await keyOf(first), await keyOf(behind)]).toEqual(['lost', 'next']);
});

it('what a secret was before is wrapped anew with it, for as long as it is taken', async () => {
  const org = uniqueName('org');
  const secrets = running.replica.app.get(SecretsService);
  for (const value of ['oldest', 'older', 'newest']) await secrets.rotate(org, 'key', value, 3_600);
  useKeys(BOTH);
  await rewrap();
  useKeys(NEXT_KEY);
  expect(await reader().read(org, ['key'])).toEqual({ key: 'newest' });
  expect(await reader().readFormer(org, ['key'])).toEqual({ key: ['older', 'oldest'] });
});

it('one that ends between writing and publishing is gone on with, and then needs the former key no more', async () => {
  const orgs = [uniqueName('org'), uniqueName('org'), uniqueName('org')];
  for (const org of orgs) await put(org, 'key');
  useKeys(BOTH);
  const publish = jest.spyOn(running.replica.app.get(SettingSnapshots), 'publish');
  publish.mockRejectedValueOnce(new Error('The process died'));
  await expect(rewrap()).rejects.toThrow('The process died');
  publish.mockRestore();
  // By its record it is done: what others read of it is not.
  expect(await Promise.all(orgs.map(keyOf))).toEqual(['next', 'next', 'next']);
  const wrappedBy = async () =>
    Promise.all(orgs.map(async (org) => keyIdOf((await snapshot(org))?.secrets['key'] ?? '')));
  expect((await wrappedBy()).sort()).toEqual(['first', 'next', 'next']);
  expect(await rewrap()).toBe(0);
  await running.replica.app.get(Sweeper).sweep();
  useKeys(NEXT_KEY);
  for (const org of orgs) expect(await reader().read(org, ['key'])).toEqual({ key: CANARY });
});
