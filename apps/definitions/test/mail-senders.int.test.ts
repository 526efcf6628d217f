import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import {
  CreateWorkflow,
  DeleteMailSender,
  GetMailSender,
  LIMITS,
  ListMailSenders,
  mailSenderContext,
  MailSendersSnapshot,
  PutMailSender,
  storedMailSenderSchema,
  type StoredMailSender,
} from '@millrace/contracts';
import { Keyring, keyIdOf, openSealed } from '@millrace/service-kit/sealing';
import { aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { SnapshotRebuilder } from '../src/snapshots/snapshot-rebuilder.js';
import { CANARY, FIRST_KEY, keyLine, startReplicaWithKeys } from './master-keys.fixture.js';

const running = startReplicaWithKeys();
const { keysFile } = running;

const ACCOUNT = {
  host: 'smtp.example.com',
  port: 587,
  tls: 'starttls',
  user: 'support',
  from: 'Support <support@example.com>',
  rate_per_minute: 30,
} as const;

const put = (organisation_id: string, name: string, sender: object, more: object = {}) =>
  running.fixture.client.request(PutMailSender, { organisation_id, name, sender: { ...ACCOUNT, ...sender }, ...more });
const get = (organisation_id: string, name: string) =>
  running.fixture.client.request(GetMailSender, { organisation_id, name });
const list = (organisation_id: string, more: object = {}) =>
  running.fixture.client.request(ListMailSenders, { organisation_id, limit: 20, ...more });
const remove = (organisation_id: string, name: string) =>
  running.fixture.client.request(DeleteMailSender, { organisation_id, name });
const snapshot = (organisation_id: string) =>
  running.fixture.client.snapshots.get(MailSendersSnapshot, { organisation_id });

async function published(organisation_id: string, name: string): Promise<StoredMailSender> {
  const text = (await snapshot(organisation_id))?.senders[name];
  return storedMailSenderSchema.parse(JSON.parse(text ?? 'null'));
}

async function passwordOf(organisation_id: string, name: string): Promise<string> {
  const { password } = await published(organisation_id, name);
  return openSealed(password ?? '', mailSenderContext(organisation_id, name), new Keyring(keysFile));
}

describe('a mail sender', () => {
  it('is published when the call returns, with a password that is neither returned nor stored in clear text', async () => {
    const org = uniqueName('org');
    const stored = await put(org, 'support', { password: CANARY, description: 'Of the support team' });
    expect(stored).toMatchObject({ name: 'support', description: 'Of the support team', version: 1, ...ACCOUNT });
    expect(await get(org, 'support')).toEqual(stored);
    expect(await passwordOf(org, 'support')).toBe(CANARY);
    const documents = await running.fixture.mongo.collection('mail_senders').find({}).toArray();
    const everything = JSON.stringify([stored, await list(org), documents, await snapshot(org)]);
    expect(everything).toContain('smtp.example.com');
    for (const form of [
      CANARY,
      Buffer.from(CANARY).toString('base64').slice(2, -4),
      Buffer.from(CANARY).toString('hex'),
    ])
      expect(everything).not.toContain(form);
  });

  it('keeps its password when it is stored without one, for the same account alone', async () => {
    const org = uniqueName('org');
    const first = await put(org, 'support', { password: CANARY });
    const second = await put(org, 'support', { from: 'Other <other@example.com>' });
    expect(second).toMatchObject({ id: first.id, version: 2, from: 'Other <other@example.com>' });
    expect(await passwordOf(org, 'support')).toBe(CANARY);
    for (const other of [{ host: 'evil.example' }, { port: 25 }, { tls: 'implicit' }, { user: 'other' }])
      await expect(put(org, 'support', other)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { issues: [expect.objectContaining({ path: 'password' })] },
      });
    expect((await get(org, 'support')).version).toBe(2);
    await put(org, 'support', { tls: 'none', user: undefined });
    expect(await published(org, 'support')).toMatchObject({ user: null, password: null });
  });

  it('keeps the key that it signs with like its password, and returns where the public one is', async () => {
    const org = uniqueName('org');
    const dkim = { domain: 'example.com', selector: 'mail2026' };
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const stored = await put(org, 'support', { password: CANARY, dkim: { ...dkim, private_key: privateKey } });
    expect(stored.dkim).toEqual(dkim);
    expect((await put(org, 'support', { dkim })).dkim).toEqual(dkim);
    const sealedKey = (await published(org, 'support')).dkim?.private_key ?? '';
    const context = mailSenderContext(org, 'support');
    expect(openSealed(sealedKey, context, new Keyring(keysFile))).toBe(privateKey);
    const documents = await running.fixture.mongo.collection('mail_senders').find({}).toArray();
    const line = privateKey.split('\n')[3] as string;
    expect(JSON.stringify([stored, documents, await snapshot(org)])).not.toContain(line);

    const missing = { code: 'INVALID_INPUT', details: { issues: [{ path: 'dkim.private_key' }] } };
    await expect(put(org, 'support', { dkim: { ...dkim, selector: 'other' } })).rejects.toMatchObject(missing);
    const { privateKey: curve } = generateKeyPairSync('ed25519');
    const { privateKey: weak } = generateKeyPairSync('rsa', { modulusLength: 512 });
    const texts = [curve, weak].map((key) => key.export({ type: 'pkcs8', format: 'pem' }) as string);
    for (const key of ['no key', ...texts])
      await expect(put(org, 'support', { dkim: { ...dkim, private_key: key } })).rejects.toMatchObject(missing);
    expect((await put(org, 'support', {})).dkim).toBeNull();
    expect((await published(org, 'support')).dkim).toBeUndefined();
  });

  it('is refused without a password that it needs, and with an address that is none', async () => {
    const org = uniqueName('org');
    await expect(put(org, 'new', {})).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    for (const from of ['nobody', 'a@example.com, b@example.com', 'A\r\nBcc: c@example.com <a@example.com>'])
      await expect(put(org, 'new', { password: 'x', from })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { issues: [expect.objectContaining({ path: 'from' })] },
      });
    expect((await list(org)).senders).toEqual([]);
  });

  it('of another organisation is neither read, listed, changed nor deleted', async () => {
    const [owner, other] = [uniqueName('org'), uniqueName('org')];
    await put(owner, 'support', { password: CANARY });
    const absent = { code: 'MAIL_SENDER_NOT_FOUND', details: { sender_name: 'support' } };
    await expect(get(other, 'support')).rejects.toMatchObject(absent);
    await expect(remove(other, 'support')).rejects.toMatchObject(absent);
    expect((await list(other)).senders).toEqual([]);
    // Nor does its password become theirs by the name.
    await expect(put(other, 'support', {})).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await put(other, 'support', { password: 'another one' });
    expect([await passwordOf(owner, 'support'), await passwordOf(other, 'support')]).toEqual([CANARY, 'another one']);
  });

  it('is listed by name, page by page, and deleted once', async () => {
    const org = uniqueName('org');
    for (const name of ['c', 'a', 'b']) await put(org, name, { password: 'x' });
    const first = await list(org, { limit: 2 });
    expect([first.senders.map(({ name }) => name), first.next_cursor, first.has_more]).toEqual([['a', 'b'], 'b', true]);
    const second = await list(org, { limit: 2, starting_after: 'b' });
    expect([second.senders.map(({ name }) => name), second.has_more]).toEqual([['c'], false]);
    await remove(org, 'b');
    await expect(remove(org, 'b')).rejects.toMatchObject({ code: 'MAIL_SENDER_NOT_FOUND' });
    expect(Object.keys((await snapshot(org))?.senders ?? {}).sort()).toEqual(['a', 'c']);
  });

  it('is not changed by somebody who has read another version', async () => {
    const org = uniqueName('org');
    await put(org, 'support', { password: CANARY }, { if_version: 0 });
    await expect(put(org, 'support', {}, { if_version: 2 })).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('is refused beyond the number of them', async () => {
    const org = uniqueName('org');
    const bare = { tls: 'none', user: undefined };
    for (let number = 0; number < LIMITS.mailSendersPerOrganisation; number++) await put(org, `m${number}`, bare);
    await expect(put(org, 'one_more', bare)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await put(org, 'm0', bare);
  });

  it('is missed by a workflow that names it, until it is there', async () => {
    const org = uniqueName('org');
    const config = { to: 'ada@example.com', subject: 'S', body: 'B', sender: 'support' };
    const document = aWorkflow({ steps: [{ id: 'send', type: 'email', config }] });
    const codes = async () =>
      (await running.fixture.client.request(CreateWorkflow, { organisation_id: org, document })).warnings?.map(
        ({ code }) => code,
      );
    expect(await codes()).toEqual(['unknown_sender']);
    await put(org, 'support', { password: CANARY });
    expect(await codes()).toBeUndefined();
  });

  it('is published again by the audit', async () => {
    const org = uniqueName('org');
    await put(org, 'support', { password: CANARY });
    await running.fixture.client.snapshots.delete(MailSendersSnapshot, { organisation_id: org });
    await running.replica.app.get(SnapshotRebuilder).audit(new AbortController().signal);
    expect(await passwordOf(org, 'support')).toBe(CANARY);
  });
});

test('a new master key wraps the passwords, and the former one is not needed for them any more', async () => {
  const org = uniqueName('org');
  await put(org, 'support', { password: CANARY });
  const private_key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const dkim = { domain: 'example.com', selector: 'a', private_key };
  await put(org, 'relay', { tls: 'none', user: undefined, dkim });
  const next = keyLine('second');
  writeFileSync(keysFile, next + FIRST_KEY);
  await waitUntil('the password is wrapped by the new key', async () => {
    const { password } = await published(org, 'support');
    return keyIdOf(password ?? '') === 'second';
  });
  writeFileSync(keysFile, next);
  expect(await passwordOf(org, 'support')).toBe(CANARY);
  expect(keyIdOf((await published(org, 'relay')).dkim?.private_key ?? '')).toBe('second');
  writeFileSync(keysFile, next + FIRST_KEY);
});

test('without master keys a sender without a login is stored, and one with a password is refused with the setting', async () => {
  await running.replica.stop();
  const without = await running.fixture.start();
  const org = uniqueName('org');
  await put(org, 'relay', { tls: 'none', user: undefined });
  await expect(put(org, 'support', { password: CANARY })).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('MILLRACE_MASTER_KEYS_FILE') as string,
  });
  await without.stop();
});
