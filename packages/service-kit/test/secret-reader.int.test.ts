import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, secretContext, SecretsSnapshot } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNats, type OwnServer } from '@millrace/testing';
import { sealed } from '../src/sealing/envelope.js';
import { Keyring } from '../src/sealing/keyring.js';
import { SecretReader } from '../src/sealing/secret-reader.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-keys-'));
const file = join(folder, 'keys');
const [ORG_A, ORG_B] = [newId('organisation'), newId('organisation')];

let nats: OwnServer;
let bus: NatsBus;
let ring: Keyring;

beforeAll(async () => {
  writeFileSync(file, `k1 ${randomBytes(32).toString('base64')}\n`);
  ring = new Keyring(file);
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'reader', logger: silentLogger });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
  rmSync(folder, { recursive: true });
});

async function publish(of: string, secrets: Record<string, string>, organisation_id = of): Promise<void> {
  await bus.snapshots.put(SecretsSnapshot, { organisation_id: of }, { organisation_id, secrets });
}

test('a secret that was read opens nowhere else for that: neither for another organisation nor by another name', async () => {
  const reader = new SecretReader(bus, ring);
  const text = sealed('correct-horse', secretContext(ORG_A, 'key'), ring);
  await publish(ORG_A, { key: text, other: text });
  await publish(ORG_B, { key: text });
  expect(await reader.read(ORG_A, ['key'])).toEqual({ key: 'correct-horse' });
  await expect(reader.read(ORG_B, ['key'])).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  await expect(reader.read(ORG_A, ['other'])).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
});

test('what is stored as the secrets of another organisation is none', async () => {
  await publish(ORG_B, { key: sealed('x', secretContext(ORG_B, 'key'), ring) }, ORG_A);
  expect(await new SecretReader(bus, ring).read(ORG_B, ['key'])).toEqual({});
});

test('what secrets were before is read until its time is over, and from the secrets of its own organisation only', async () => {
  const reader = new SecretReader(bus, ring);
  const before = (of: string, value: string, seconds: number) => ({
    secret: sealed(value, secretContext(of, 'key'), ring),
    until: new Date(Date.now() + seconds * 1_000).toISOString(),
  });
  const publishFormer = (owner: string, key: object) =>
    bus.snapshots.put(
      SecretsSnapshot,
      { organisation_id: ORG_A },
      { organisation_id: owner, secrets: {}, former: { key } as never },
    );
  const older = [before(ORG_A, 'is over', -1), before(ORG_A, 'older', 60)];
  await publishFormer(ORG_A, { ...before(ORG_A, 'newest', 60), older });
  expect(await reader.readFormer(ORG_A, ['key', 'toString'])).toEqual({ key: ['newest', 'older'] });
  await publishFormer(ORG_A, before(ORG_A, 'is over', -1));
  expect(await reader.readFormer(ORG_A, ['key'])).toEqual({});
  await publishFormer(ORG_A, before(ORG_B, 'of another', 60));
  await expect(reader.readFormer(ORG_A, ['key'])).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  await publishFormer(ORG_B, before(ORG_A, 'published for another', 60));
  expect(await reader.readFormer(ORG_A, ['key'])).toEqual({});
});

test('names that every object has are names of no secrets', async () => {
  await publish(ORG_A, {});
  expect(await new SecretReader(bus, ring).read(ORG_A, ['toString', 'constructor'])).toEqual({});
});

test('for a master key that is not known the file is looked at once in a while, not for each text', () => {
  let now = 0;
  const reading = new Keyring(file, () => now);
  const next = `k2 ${randomBytes(32).toString('base64')}\n`;
  expect(() => reading.find('k2')).toThrow('there is no key "k2"');
  writeFileSync(file, next);
  expect(() => reading.find('k2')).toThrow('there is no key "k2"');
  now = 1_000;
  expect(reading.find('k2').id).toBe('k2');
});
