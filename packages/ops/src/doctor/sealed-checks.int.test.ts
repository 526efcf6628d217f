import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@millrace/messaging';
import { openMongo } from '@millrace/service-kit/mongo';
import { sharedMongo, uniqueName } from '@millrace/testing';
import { checkSealed } from './sealed-checks.js';

const folder = mkdtempSync(join(tmpdir(), 'ops-sealed-'));
const masterKeysFile = join(folder, 'master-keys');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function keys(...ids: string[]): void {
  writeFileSync(masterKeysFile, ids.map((id) => `${id} ${randomBytes(32).toString('base64')}\n`).join(''));
}

test('what is sealed is counted by its master key, and one that is not in the file is found', async () => {
  const { url: mongodbUrl } = await sharedMongo();
  const mongodbDatabase = uniqueName('sealed');
  const connection = openMongo({ url: mongodbUrl, database: mongodbDatabase, logger: silentLogger as never });
  const look = async () => {
    const found = await checkSealed({ mongodbUrl, mongodbDatabase, masterKeysFile });
    expect(found.find(({ check }) => check === 'clock of the database')?.status).toBe('ok');
    const { status, found: what } = found.find(({ check }) => check === 'sealed secrets') ?? {};
    return [status, what];
  };
  try {
    await connection.asPromise();
    keys('second', 'first');
    expect(await look()).toEqual(['ok', 'there are none']);
    await connection.collection('secrets').insertMany([{ key_id: 'second' }, { key_id: 'second' }, { key_id: null }]);
    expect(await look()).toEqual(['ok', '2 with second']);
    for (const name of ['mailboxes', 'mail_senders', 'ai_providers', 'event_subscriptions'])
      await connection.collection(name).insertOne({ key_id: 'first' });
    expect(await look()).toEqual(['warning', '2 with second, 4 with first']);
    keys('second');
    expect(await look()).toEqual(['failed', '2 with second, 4 with first; not in the file: first']);
  } finally {
    await connection.dropDatabase().catch(() => undefined);
    await connection.close();
  }
});
