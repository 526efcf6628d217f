import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  aiProviderContext,
  AiProvidersSnapshot,
  DeleteAiProvider,
  GetAiProvider,
  LIMITS,
  ListAiProviders,
  PutAiProvider,
  storedAiProviderSchema,
  type AiProviderRequest,
  type StoredAiProvider,
} from '@millrace/contracts';
import { Keyring, keyIdOf, openSealed } from '@millrace/service-kit/sealing';
import { uniqueName, waitUntil } from '@millrace/testing';
import { SnapshotRebuilder } from '../src/snapshots/snapshot-rebuilder.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

const CANARY = 'sk-c4n4ry-correct-horse-battery-staple';
const folder = mkdtempSync(join(tmpdir(), 'millrace-ai-providers-'));
const keysFile = join(folder, 'master-keys');
const line = (id: string): string => `${id} ${randomBytes(32).toString('base64')}\n`;
const FIRST_KEY = line('first');

let fixture: Fixture;
let replica: Replica;
beforeAll(async () => {
  writeFileSync(keysFile, FIRST_KEY);
  fixture = await openFixture();
  replica = await fixture.start({ MILLRACE_MASTER_KEYS_FILE: keysFile });
}, 180_000);
afterAll(async () => {
  await fixture.stop();
  rmSync(folder, { recursive: true });
});

const PROVIDER: AiProviderRequest = {
  type: 'openai',
  models: ['gpt-5.4'],
  aliases: { quick: 'gpt-5.4' },
  default: false,
};
/** One that needs no key. */
const OWN: AiProviderRequest = { ...PROVIDER, type: 'openai_compatible', base_url: 'https://llm.example.com/v1' };

const put = (organisation_id: string, name: string, provider: Partial<AiProviderRequest>, more: object = {}) =>
  fixture.client.request(PutAiProvider, { organisation_id, name, provider: { ...PROVIDER, ...provider }, ...more });
const get = (organisation_id: string, name: string) => fixture.client.request(GetAiProvider, { organisation_id, name });
const list = (organisation_id: string, more: object = {}) =>
  fixture.client.request(ListAiProviders, { organisation_id, limit: 20, ...more });
const remove = (organisation_id: string, name: string) =>
  fixture.client.request(DeleteAiProvider, { organisation_id, name });
const snapshot = (organisation_id: string) => fixture.client.snapshots.get(AiProvidersSnapshot, { organisation_id });

async function published(organisation_id: string, name: string): Promise<StoredAiProvider> {
  const text = (await snapshot(organisation_id))?.providers[name];
  return storedAiProviderSchema.parse(JSON.parse(text ?? 'null'));
}

async function keyOf(organisation_id: string, name: string): Promise<string> {
  const { api_key } = await published(organisation_id, name);
  return openSealed(api_key ?? '', aiProviderContext(organisation_id, name), new Keyring(keysFile));
}

const refusedKey = { code: 'INVALID_INPUT', details: { issues: [expect.objectContaining({ path: 'api_key' })] } };

describe('a provider of models', () => {
  it('is published when the call returns, with a key that is neither returned nor stored in clear text', async () => {
    const org = uniqueName('org');
    const stored = await put(org, 'openai', { api_key: CANARY, description: 'Paid by support' });
    const { type, models, aliases } = PROVIDER;
    expect(stored).toMatchObject({ name: 'openai', description: 'Paid by support', version: 1, type, models, aliases });
    expect(stored).toMatchObject({ base_url: null, default: false, has_key: true });
    expect(await get(org, 'openai')).toEqual(stored);
    expect(await keyOf(org, 'openai')).toBe(CANARY);
    const documents = await fixture.mongo.collection('ai_providers').find({}).toArray();
    const everything = JSON.stringify([stored, await list(org), documents, await snapshot(org)]);
    expect(everything).toContain('gpt-5.4');
    const bytes = Buffer.from(CANARY);
    for (const form of [CANARY, bytes.toString('base64').slice(2, -4), bytes.toString('hex')])
      expect(everything).not.toContain(form);
  });

  it('keeps its key when it is stored without one, for the same API alone', async () => {
    const org = uniqueName('org');
    const first = await put(org, 'own', { ...OWN, api_key: CANARY });
    const second = await put(org, 'own', { ...OWN, models: ['other'] });
    expect(second).toMatchObject({ id: first.id, version: 2, models: ['other'], has_key: true });
    expect(await keyOf(org, 'own')).toBe(CANARY);
    for (const other of [
      { base_url: 'https://evil.example/v1' },
      { type: 'anthropic' },
      { type: 'openai', base_url: undefined },
    ] as const)
      await expect(put(org, 'own', { ...OWN, ...other })).rejects.toMatchObject(refusedKey);
    expect(await get(org, 'own')).toEqual(second);
    expect(await put(org, 'own', { ...OWN, base_url: 'https://evil.example/v1', api_key: null })).toMatchObject({
      has_key: false,
    });
    expect(await published(org, 'own')).toMatchObject({ api_key: null });
  });

  it('is refused without a key that its type needs, and needs none where its type does not', async () => {
    const org = uniqueName('org');
    for (const provider of [{}, { api_key: null }, { type: 'anthropic' }, { type: 'mistral' }] as const)
      await expect(put(org, 'a', provider)).rejects.toMatchObject(refusedKey);
    await expect(get(org, 'a')).rejects.toMatchObject({ code: 'AI_PROVIDER_NOT_FOUND' });
    expect(await put(org, 'a', { type: 'ollama' })).toMatchObject({ version: 1, has_key: false });
  });

  it('belongs to its organisation alone', async () => {
    const [owner, other] = [uniqueName('org'), uniqueName('org')];
    await put(owner, 'openai', { api_key: CANARY });
    const absent = { code: 'AI_PROVIDER_NOT_FOUND', details: { provider_name: 'openai' } };
    await expect(get(other, 'openai')).rejects.toMatchObject(absent);
    await expect(remove(other, 'openai')).rejects.toMatchObject(absent);
    expect((await list(other)).providers).toEqual([]);
    // Nor does its key become theirs by the name.
    await expect(put(other, 'openai', {})).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await put(other, 'openai', { api_key: 'sk-another-one' });
    expect([await keyOf(owner, 'openai'), await keyOf(other, 'openai')]).toEqual([CANARY, 'sk-another-one']);
  });

  it('that becomes the default takes that from the one that was, which is then another version', async () => {
    const org = uniqueName('org');
    await put(org, 'a', { ...OWN, default: true, api_key: CANARY });
    await put(org, 'b', OWN);
    expect(await get(org, 'a')).toMatchObject({ default: true, version: 1 });
    await put(org, 'b', { ...OWN, default: true });
    expect((await list(org)).providers).toMatchObject([
      { name: 'a', default: false, version: 2 },
      { name: 'b', default: true, version: 2 },
    ]);
    expect([await published(org, 'a'), await published(org, 'b')]).toMatchObject([
      { default: false },
      { default: true },
    ]);
    expect(await keyOf(org, 'a')).toBe(CANARY);
  });

  it('is listed by name, page by page, and deleted once', async () => {
    const org = uniqueName('org');
    for (const name of ['c', 'a', 'b']) await put(org, name, OWN);
    const first = await list(org, { limit: 2 });
    expect([first.providers.map(({ name }) => name), first.next_cursor, first.has_more]).toEqual([
      ['a', 'b'],
      'b',
      true,
    ]);
    const second = await list(org, { limit: 2, starting_after: 'b' });
    expect([second.providers.map(({ name }) => name), second.has_more]).toEqual([['c'], false]);
    await remove(org, 'b');
    await expect(remove(org, 'b')).rejects.toMatchObject({ code: 'AI_PROVIDER_NOT_FOUND' });
    expect(Object.keys((await snapshot(org))?.providers ?? {}).sort()).toEqual(['a', 'c']);
  });

  it('is not changed by somebody who has read another version', async () => {
    const org = uniqueName('org');
    await put(org, 'own', OWN, { if_version: 0 });
    await expect(put(org, 'own', OWN, { if_version: 2 })).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('is refused beyond the number of them, and beyond their size together', async () => {
    const org = uniqueName('org');
    for (let number = 0; number < LIMITS.aiProvidersPerOrganisation; number++) await put(org, `p${number}`, OWN);
    await expect(put(org, 'one_more', OWN)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await put(org, 'p0', OWN);
    const models = Array.from({ length: LIMITS.aiModelsPerProvider }, (_, index) => `${index}`.padEnd(200, 'm'));
    for (const name of ['p1', 'p2', 'p3']) await put(org, name, { ...OWN, models });
    await expect(put(org, 'p4', { ...OWN, models })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { limit_bytes: LIMITS.aiProviderBytesPerOrganisation },
    });
  });

  it('is published again by the audit', async () => {
    const org = uniqueName('org');
    await put(org, 'openai', { api_key: CANARY });
    await fixture.client.snapshots.delete(AiProvidersSnapshot, { organisation_id: org });
    await replica.app.get(SnapshotRebuilder).audit(new AbortController().signal);
    expect(await keyOf(org, 'openai')).toBe(CANARY);
  });
});

test('a new master key wraps the keys, and the former one is not needed for them any more', async () => {
  const org = uniqueName('org');
  await put(org, 'openai', { api_key: CANARY });
  await put(org, 'own', OWN);
  const next = line('second');
  writeFileSync(keysFile, next + FIRST_KEY);
  await waitUntil('the key is wrapped by the new master key', async () => {
    const { api_key } = await published(org, 'openai');
    return keyIdOf(api_key ?? '') === 'second';
  });
  writeFileSync(keysFile, next);
  expect(await keyOf(org, 'openai')).toBe(CANARY);
  writeFileSync(keysFile, next + FIRST_KEY);
});

test('without master keys a provider without a key is stored, and one with a key is refused with the setting', async () => {
  await replica.stop();
  const without = await fixture.start();
  const org = uniqueName('org');
  await put(org, 'own', OWN);
  await expect(put(org, 'openai', { api_key: CANARY })).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('MILLRACE_MASTER_KEYS_FILE') as string,
  });
  await without.stop();
});
