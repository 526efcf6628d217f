import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { homePaths } from '../src/paths.mjs';
import { natsUnit } from '../src/platform/nats-unit.mjs';
import { anyFreePort } from '../src/ports.mjs';
import { createSupervisor } from '../src/processes/supervisor.mjs';
import { findRuntime } from '../src/runtime/private-runtime.mjs';
import { chooseSources } from '../src/servers/discovery.mjs';
import { launchesOf } from '../src/test-servers.mjs';
import { waitUntil } from '../src/wait-until.mjs';
import { environment, localDir } from './platform.fixture.js';
import { temporaryFolder } from './temporary-folder.js';

const MESSAGE_BYTES = 256 * 1024;
const folder = temporaryFolder();

/** A file system in memory, whose size can be changed; false where this user may not mount one. */
function mounted(dir: string, ...options: string[]): boolean {
  mkdirSync(dir, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', dir], { stdio: 'pipe' });
    return true;
  } catch (error) {
    // A run of CI that cannot do this must not look as if it had.
    if (process.env['CI']) throw error;
    return false;
  }
}

async function fill(connection: NatsConnection): Promise<number> {
  for (let stored = 0; ; stored++) {
    try {
      await jetstream(connection).publish('filled', Buffer.alloc(MESSAGE_BYTES));
    } catch {
      return stored;
    }
  }
}

test('a NATS whose store is full takes more once its disk is larger, and keeps what it has', async () => {
  const paths = homePaths(join(folder, 'home'), {});
  if (!mounted(paths.natsData, 'size=48m')) return;
  const env = environment('outgrown');
  const options = { runtimeDir: homePaths('/', env).runtime, ferretdbDir: join(localDir, 'ferretdb'), env };
  const { nats_launch: launch } = launchesOf(chooseSources(options), findRuntime(options));
  if (launch === null) throw new Error('NATS cannot be started here');
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const ports = { nats: await anyFreePort(), natsMonitor: await anyFreePort() };
  const nats = natsUnit({ launch, paths, ports, natsUsers: [], env: {}, log, onChange: () => undefined });
  const supervisor = createSupervisor({ log });
  await supervisor.startGroup([nats.unit]);
  const { username: user, password: pass, port } = new URL(nats.operatorUrl);
  const connection = await connect({ servers: `127.0.0.1:${port}`, user, pass, maxReconnectAttempts: -1 });
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'FILLED', subjects: ['filled'] });
    const stored = await fill(connection);
    expect(stored).toBeLessThan((48 * 1024 ** 2) / MESSAGE_BYTES);
    execFileSync('mount', ['-o', 'remount,size=144m', paths.natsData], { stdio: 'pipe' });
    const takesMore = () =>
      jetstream(connection)
        .publish('filled', Buffer.alloc(MESSAGE_BYTES))
        .then(
          () => true,
          () => false,
        );
    expect(await waitUntil(takesMore, { timeoutMs: 90_000, everyMs: 200 })).toBe(true);
    expect((await manager.streams.info('FILLED')).state.messages).toBe(stored + 1);
    expect(lines.join('\n')).toContain('its disk has room for more; restarting it');
  } finally {
    await connection.close();
    await supervisor.stopAll();
    execFileSync('umount', ['--lazy', paths.natsData], { stdio: 'pipe' });
  }
}, 180_000);
