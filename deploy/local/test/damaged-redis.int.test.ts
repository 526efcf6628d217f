import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { openTestServers } from '../src/test-servers.mjs';

test('a Redis whose file ends in zeros, as a loss of power can leave it, begins with nothing', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-damaged-'));
  const start = () => openTestServers(process.env).startRedis({ dir });
  try {
    const before = await start();
    await before.stop();
    const files = join(dir, 'appendonlydir');
    const newest = readdirSync(files).find((name) => name.includes('incr'));
    appendFileSync(join(files, newest ?? ''), Buffer.alloc(500));
    const after = await start();
    const client = new Redis(after.url);
    expect(await client.dbsize()).toBe(0);
    client.disconnect();
    await after.stop();
    expect(existsSync(`${files}.damaged`)).toBe(true);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
