import { setImmediate as othersFirst } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import {
  CreateWorkflow,
  DeleteSecret,
  DeleteVariable,
  LIMITS,
  ListSecrets,
  ListVariables,
  PutSecret,
  PutVariable,
  SecretsSnapshot,
  VariablesSnapshot,
} from '@millrace/contracts';
import { Keyring, keyIdOf, SecretReader } from '@millrace/service-kit/sealing';
import { aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { SnapshotRebuilder } from '../src/snapshots/snapshot-rebuilder.js';
import { CANARY, FIRST_KEY, keyLine, startReplicaWithKeys } from './master-keys.fixture.js';

const running = startReplicaWithKeys();
const { keysFile } = running;

const put = (organisation_id: string, name: string, value: string, more: object = {}) =>
  running.fixture.client.request(PutSecret, { organisation_id, name, value, ...more });
const list = (organisation_id: string, more: object = {}) =>
  running.fixture.client.request(ListSecrets, { organisation_id, limit: 20, ...more });
const snapshot = (organisation_id: string) =>
  running.fixture.client.snapshots.get(SecretsSnapshot, { organisation_id });
/** What a service that has the keys reads. */
const read = (organisation_id: string, ...names: string[]) =>
  new SecretReader(running.fixture.client, new Keyring(keysFile)).read(organisation_id, names);

describe('a secret', () => {
  it('is readable by its name when the call returns, and its value is neither returned nor stored', async () => {
    const org = uniqueName('org');
    const stored = await put(org, 'crm_key', CANARY, { description: 'Of the CRM' });
    expect(stored).toMatchObject({ name: 'crm_key', description: 'Of the CRM', version: 1, masked: true, used_by: [] });
    expect(await read(org, 'crm_key', 'other')).toEqual({ crm_key: CANARY });
    expect(await read(uniqueName('org'), 'crm_key')).toEqual({});
    const documents = await running.fixture.mongo.collection('secrets').find({}).toArray();
    const everything = JSON.stringify([stored, await list(org), documents, await snapshot(org)]);
    expect(everything).toContain('crm_key');
    for (const form of [
      CANARY,
      Buffer.from(CANARY).toString('base64').slice(2, -4),
      Buffer.from(CANARY).toString('hex'),
    ])
      expect(everything).not.toContain(form);
  });

  it('is replaced, keeps id and description, and is deleted once', async () => {
    const org = uniqueName('org');
    const first = await put(org, 'key', 'first', { description: 'kept' });
    const second = await put(org, 'key', 'second value');
    expect(second).toMatchObject({ id: first.id, description: 'kept', version: 2, created_at: first.created_at });
    expect([first.masked, second.masked]).toEqual([false, true]);
    expect(await read(org, 'key')).toEqual({ key: 'second value' });
    await running.fixture.client.request(DeleteSecret, { organisation_id: org, name: 'key' });
    expect(await read(org, 'key')).toEqual({});
    await expect(
      running.fixture.client.request(DeleteSecret, { organisation_id: org, name: 'key' }),
    ).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
      details: { secret_name: 'key' },
    });
  });

  it('of another organisation is neither listed nor changed nor deleted', async () => {
    const [owner, other] = [uniqueName('org'), uniqueName('org')];
    await put(owner, 'key', CANARY);
    expect((await list(other)).secrets).toEqual([]);
    await expect(
      running.fixture.client.request(DeleteSecret, { organisation_id: other, name: 'key' }),
    ).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
    });
    await put(other, 'key', 'another value');
    expect([await read(owner, 'key'), await read(other, 'key')]).toEqual([{ key: CANARY }, { key: 'another value' }]);
    // Its sealed text opens nowhere else, whoever puts it there.
    const secrets = (await snapshot(owner))?.secrets ?? {};
    await running.fixture.client.snapshots.put(
      SecretsSnapshot,
      { organisation_id: other },
      { organisation_id: other, secrets },
    );
    await expect(read(other, 'key')).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });

  it('shows which workflows use it, and a save warns of one that is not there', async () => {
    const org = uniqueName('org');
    await put(org, 'known', CANARY);
    const steps = [{ id: 'a', type: 'transform', config: { output: '{{secrets.known}} {{secrets.unknown}}' } }];
    const workflow = await running.fixture.client.request(CreateWorkflow, {
      organisation_id: org,
      document: aWorkflow({ name: 'Reads', steps }),
    });
    expect(workflow.warnings?.map(({ message }) => message)).toEqual(['there is no secret "unknown"']);
    expect((await list(org)).secrets[0]?.used_by).toEqual([{ id: workflow.id, name: 'Reads' }]);
  });

  it('is listed by name, page by page', async () => {
    const org = uniqueName('org');
    for (const name of ['c', 'a', 'B', 'd']) await put(org, name, 'x');
    const first = await list(org, { limit: 3 });
    expect([first.secrets.map(({ name }) => name), first.next_cursor, first.has_more]).toEqual([
      ['B', 'a', 'c'],
      'c',
      true,
    ]);
    const second = await list(org, { limit: 3, starting_after: 'c' });
    expect([second.secrets.map(({ name }) => name), second.next_cursor, second.has_more]).toEqual([['d'], null, false]);
  });

  it('is not changed by somebody who has read another version', async () => {
    const org = uniqueName('org');
    await put(org, 'key', 'first', { if_version: 0 });
    await put(org, 'key', 'second', { if_version: 1 });
    await expect(put(org, 'key', 'third', { if_version: 1 })).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await read(org, 'key')).toEqual({ key: 'second' });
  });

  it('is refused beyond the size of all of them together, also when many are stored at once', async () => {
    const org = uniqueName('org');
    const large = 'x'.repeat(LIMITS.secretBytes);
    const fitting = LIMITS.secretBytesPerOrganisation / LIMITS.secretBytes;
    const results = await Promise.allSettled(Array.from({ length: fitting + 2 }, (_, n) => put(org, `k${n}`, large)));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as object] : []));
    expect(refused).toEqual([
      expect.objectContaining({ code: 'QUOTA_EXCEEDED' }),
      expect.objectContaining({ code: 'QUOTA_EXCEEDED' }),
    ]);
    expect((await list(org)).secrets).toHaveLength(fitting);
  });
});

describe('the rotation of master keys', () => {
  it('wraps every secret by the new key without a moment in which one cannot be read', async () => {
    const orgs = Array.from({ length: 5 }, () => uniqueName('org'));
    for (const org of orgs) await put(org, 'key', `${CANARY} of ${org}`);
    let reads = 0;
    let rotated = false;
    const reading = (async () => {
      while (!rotated)
        for (const org of orgs) {
          expect(await read(org, 'key')).toEqual({ key: `${CANARY} of ${org}` });
          reads++;
          await othersFirst();
        }
    })();
    const next = keyLine('second');
    writeFileSync(keysFile, next + FIRST_KEY);
    await waitUntil('all are wrapped by the new key', async () => {
      const found = await Promise.all(orgs.map(snapshot));
      return found.every((one) => keyIdOf(one?.secrets['key'] ?? '') === 'second');
    });
    rotated = true;
    await reading;
    expect(reads).toBeGreaterThan(0);
    // The former key is not needed for them any more.
    writeFileSync(keysFile, next);
    for (const org of orgs) expect(await read(org, 'key')).toEqual({ key: `${CANARY} of ${org}` });
    writeFileSync(keysFile, next + FIRST_KEY);
  });
});

describe('the snapshots', () => {
  it('are put right by the audit', async () => {
    const org = uniqueName('org');
    const address = { organisation_id: org };
    await put(org, 'key', CANARY);
    await running.fixture.client.request(PutVariable, { ...address, name: 'region', value: 'eu' });
    await running.fixture.client.snapshots.delete(SecretsSnapshot, address);
    await running.fixture.client.snapshots.put(VariablesSnapshot, address, {
      ...address,
      variables: { region: '"other"' },
    });
    await running.replica.app.get(SnapshotRebuilder).audit(new AbortController().signal);
    expect(await read(org, 'key')).toEqual({ key: CANARY });
    expect((await running.fixture.client.snapshots.get(VariablesSnapshot, address))?.variables).toEqual({
      region: '"eu"',
    });
  });
});

describe('a variable', () => {
  const variable = (organisation_id: string, name: string, value: unknown) =>
    running.fixture.client.request(PutVariable, { organisation_id, name, value });

  it('keeps any JSON value, is listed with it, published, and deleted once', async () => {
    const org = uniqueName('org');
    const values = { text: 'eu', number: 1.5, nothing: null, list: [{ $gt: 1, 'a.b': true }], constructor: 'x' };
    for (const [name, value] of Object.entries(values))
      expect(await variable(org, name, value)).toMatchObject({ name, value, version: 1 });
    const { variables } = await running.fixture.client.request(ListVariables, { organisation_id: org, limit: 20 });
    expect(Object.fromEntries(variables.map(({ name, value }) => [name, value]))).toEqual(values);
    const published = await running.fixture.client.snapshots.get(VariablesSnapshot, { organisation_id: org });
    expect(published?.variables).toMatchObject({ text: '"eu"', nothing: 'null' });
    await running.fixture.client.request(DeleteVariable, { organisation_id: org, name: 'text' });
    await expect(
      running.fixture.client.request(DeleteVariable, { organisation_id: org, name: 'text' }),
    ).rejects.toMatchObject({
      code: 'VARIABLE_NOT_FOUND',
    });
  });

  it('with a large value is refused', async () => {
    await expect(variable(uniqueName('org'), 'a', 'x'.repeat(LIMITS.variableBytes))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('of the organisation is known to a document that reads it', async () => {
    const org = uniqueName('org');
    await variable(org, 'region', 'eu');
    const steps = [{ id: 'a', type: 'transform', config: { output: '{{variables.region}} {{variables.other}}' } }];
    const workflow = await running.fixture.client.request(CreateWorkflow, {
      organisation_id: org,
      document: aWorkflow({ steps }),
    });
    expect(workflow.warnings?.map(({ message }) => message)).toEqual(['there is no variable "other"']);
  });
});

test('an installation without master keys says so, and does everything else', async () => {
  await running.replica.stop();
  const without = await running.fixture.start();
  await expect(put(uniqueName('org'), 'key', CANARY)).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('MILLRACE_MASTER_KEYS_FILE') as string,
  });
  const org = uniqueName('org');
  await running.fixture.client.request(PutVariable, { organisation_id: org, name: 'region', value: 'eu' });
  expect((await list(org)).secrets).toEqual([]);
  await without.stop();
});
