import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageConfiguration } from './image-configuration.js';

interface ContainerProcess {
  /** Of its root file system. */
  readonly root: string;
  readonly image: ImageConfiguration;
  readonly memoryMb: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Files of this machine, by where the container sees them. */
  readonly files: Readonly<Record<string, string>>;
}

/** A service that runs in a container. */
export interface Container {
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
  /** Sends SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  kill(): void;
  /** Runs a program in it; returns its exit code. */
  run(command: readonly string[]): number | null;
  /** The end of what it printed. */
  output(): string;
}

/**
 * Runs a service from the root file system of its image, as the image says and as restricted as in k8s/base: no capabilities and no way
 * to new ones, a root that is read-only, and only /tmp to write to. `folder`: for the container's configuration.
 */
export function startContainer(options: ContainerProcess & { name: string; folder: string }): Container {
  const { name, folder } = options;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(specification(options)));
  const id = `millrace-${name}-${process.pid}`;
  const child = spawn('runc', ['run', '--bundle', folder, id], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const take = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-20_000);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const signal = (what: string) => spawnSync('runc', ['kill', id, what]);
  return {
    ended,
    stop: () => {
      signal('TERM');
      return ended;
    },
    kill: () => void signal('KILL'),
    run: (command) => spawnSync('runc', ['exec', id, ...command], { timeout: 30_000 }).status,
    output: () => output,
  };
}

function specification({ root, image, memoryMb, variables, files }: ContainerProcess): object {
  const ofImage = image.environment.map((line) => [
    line.slice(0, line.indexOf('=')),
    line.slice(line.indexOf('=') + 1),
  ]);
  const environment = { ...(Object.fromEntries(ofImage) as Record<string, string>), ...variables };
  const none = { bounding: [], effective: [], permitted: [], ambient: [], inheritable: [] };
  const bind = ([destination, source]: [string, string]) => ({
    destination,
    type: 'bind',
    source,
    options: ['bind', 'ro', 'nosuid', 'nodev'],
  });
  return {
    ociVersion: '1.0.2',
    root: { path: root, readonly: true },
    hostname: 'millrace',
    process: {
      user: { uid: image.uid, gid: image.gid },
      args: image.command,
      cwd: image.folder,
      env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
      capabilities: none,
      noNewPrivileges: true,
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=1m'] },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'size=64m', 'mode=1777'] },
      ...Object.entries(files).map(bind),
    ],
    // The network is this machine's: the servers are on its loopback.
    linux: {
      namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      resources: { memory: { limit: memoryMb * 1024 * 1024 }, pids: { limit: 256 } },
      maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/timer_list'],
      readonlyPaths: ['/proc/sys', '/proc/irq', '/proc/bus'],
    },
  };
}
