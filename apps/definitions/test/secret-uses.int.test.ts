import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteSecret, ListSecrets, PutSecret, RecordSecretUses, SecretsSnapshot } from '@millrace/contracts';
import { uniqueName } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-uses-'));
const keysFile = join(folder, 'master-keys');

let fixture: Fixture;
let org: string;
beforeAll(async () => {
  writeFileSync(keysFile, `first ${randomBytes(32).toString('base64')}\n`);
  fixture = await openFixture();
  await fixture.start({ MILLRACE_MASTER_KEYS_FILE: keysFile });
}, 180_000);
beforeEach(() => (org = uniqueName('org')));
afterAll(async () => {
  await fixture.stop();
  rmSync(folder, { recursive: true });
});

const put = (name: string) =>
  fixture.client.request(PutSecret, { organisation_id: org, name, value: 'correct-horse-battery-staple' });
const remove = (name: string) => fixture.client.request(DeleteSecret, { organisation_id: org, name });
const used = (name: string, used_at: string, organisation_id = org) =>
  fixture.client.request(RecordSecretUses, { uses: [{ organisation_id, name, used_at }] });
const lastUses = async () =>
  (await fixture.client.request(ListSecrets, { organisation_id: org, limit: 20 })).secrets.map((secret) => [
    secret.name,
    secret.last_used_at,
  ]);
const later = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

it('shows the latest time that was reported, of each secret, and writes nothing else by it', async () => {
  await put('never');
  const { version } = await put('odd-name_1');
  const published = await fixture.client.snapshots.get(SecretsSnapshot, { organisation_id: org });
  const [first, second] = [later(10), later(20)];
  await used('odd-name_1', second);
  await used('odd-name_1', first);
  expect(await lastUses()).toEqual([
    ['never', null],
    ['odd-name_1', second],
  ]);
  expect(await fixture.client.snapshots.get(SecretsSnapshot, { organisation_id: org })).toEqual(published);
  expect(await put('odd-name_1')).toMatchObject({ version: version + 1, last_used_at: second });
});

it('forgets the use of a secret that was deleted, also when it is reported late, and that of no other', async () => {
  await Promise.all([put('key'), put('other')]);
  const at = later(10);
  await used('key', at);
  await used('other', at);
  await remove('key');
  await used('key', at);
  await used('constructor', at);
  const [record] = await fixture.mongo.collection('secrets').find({ organisation_id: org }).toArray();
  expect(record?.['last_used']).toEqual({ other: new Date(at) });
  await put('key');
  await used('key', '2020-01-01T00:00:00.000Z');
  expect(await lastUses()).toEqual([
    ['key', null],
    ['other', at],
  ]);
});

it('of another organisation changes nothing', async () => {
  await put('key');
  await used('key', later(10), uniqueName('org'));
  expect(await lastUses()).toEqual([['key', null]]);
});
