import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from '@millrace/local/host';

/** Runs a command of it; resolves to the last lines of its output. */
export type Buildah = (...args: string[]) => Promise<string[]>;

/**
 * Without the rights of a container engine: no limits of processes to raise, this machine's cgroups as they are, and none of the networks
 * that Podman has set up here, of which it would complain in front of what it prints.
 */
const containersConfiguration = (networks: string): string => `[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
netns = "host"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_config_dir = ${JSON.stringify(networks)}
`;

/** buildah with a store of its own below a folder, so that it touches nothing else on this machine. */
export function buildahIn(folder: string, env: NodeJS.ProcessEnv): Buildah {
  mkdirSync(folder, { recursive: true });
  const containers = join(folder, 'containers.conf');
  const storage = join(folder, 'storage.conf');
  writeFileSync(containers, containersConfiguration(join(folder, 'networks')));
  writeFileSync(
    storage,
    `[storage]\ndriver = "overlay"\ngraphroot = "${join(folder, 'store')}"\nrunroot = "${join(folder, 'run')}"\n`,
  );
  const own = { ...env, CONTAINERS_CONF: containers, CONTAINERS_STORAGE_CONF: storage, BUILDAH_ISOLATION: 'chroot' };
  return (...args) => runStep(['buildah', ...args], { what: `buildah ${args[0] ?? ''}`, env: own });
}

/** Removes containers with what is mounted of them: a build that is killed, and not only fails, leaves its own. */
export async function discardContainers(buildah: Buildah): Promise<void> {
  await buildah('rm', '--all');
}
