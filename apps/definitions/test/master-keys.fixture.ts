import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

/** A value that must be found nowhere in clear text. */
export const CANARY = 'c4n4ry-correct-horse-battery-staple';

/** A line of the file of master keys. */
export const keyLine = (id: string): string => `${id} ${randomBytes(32).toString('base64')}\n`;

/** The key that a replica begins with. */
export const FIRST_KEY = keyLine('first');

/** A replica that has master keys, and what it runs with. Undefined until the tests begin. */
export interface ReplicaWithKeys {
  fixture: Fixture;
  replica: Replica;
  /** The path of the file, which tests may write. */
  readonly keysFile: string;
}

/** Starts one for the tests of a file, with {@link FIRST_KEY}, and stops it after them. */
export function startReplicaWithKeys(settings: Readonly<Record<string, string>> = {}): ReplicaWithKeys {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-master-keys-'));
  const running = { keysFile: join(folder, 'master-keys') } as ReplicaWithKeys;
  beforeAll(async () => {
    writeFileSync(running.keysFile, FIRST_KEY);
    running.fixture = await openFixture();
    running.replica = await running.fixture.start({ ...settings, MILLRACE_MASTER_KEYS_FILE: running.keysFile });
  }, 180_000);
  afterAll(async () => {
    await running.fixture.stop();
    rmSync(folder, { recursive: true });
  });
  return running;
}
