import { freePort, startNats, type GivenConfiguration, type OwnServer } from './servers.js';

/** One server of a cluster. */
export interface ClusterServer {
  readonly name: string;
  readonly server: OwnServer;
  /** Where its monitoring pages are. */
  readonly monitorUrl: string;
}

/** What is particular to one server of a cluster: how often it writes to disk, and what its streams may hold. */
interface ClusterMember {
  readonly name: string;
  /** As NATS's configuration has it; two minutes by default. */
  readonly syncInterval?: string;
  /** As NATS's configuration has it; two minutes by default. */
  readonly pingInterval?: string;
  /** 1 GiB by default. */
  readonly storeBytes?: number;
}

const THREE: readonly ClusterMember[] = [{ name: 'one' }, { name: 'two' }, { name: 'three' }];

/**
 * NATS servers that are one cluster, about a second. Each says that it is ready before they have chosen who leads. All include the files that are
 * given, and have the environment; without any, everybody is let in.
 */
export async function startNatsCluster(
  members: readonly ClusterMember[] = THREE,
  { files, env }: GivenConfiguration = { files: {}, env: {} },
): Promise<ClusterServer[]> {
  const places = await Promise.all(
    members.map(async (member) => ({
      ...member,
      port: await freePort(),
      route: await freePort(),
      monitor: await freePort(),
    })),
  );
  const routes = places.map(({ route }) => `"nats://127.0.0.1:${route}"`).join(', ');
  return Promise.all(
    places.map(async ({ name, port, route, monitor, syncInterval, pingInterval, storeBytes = 1024 ** 3 }) => {
      const sync = syncInterval === undefined ? '' : `, sync_interval: "${syncInterval}"`;
      const configuration = [
        `listen: "127.0.0.1:${port}"`,
        `http: "127.0.0.1:${monitor}"`,
        `server_name: ${name}`,
        `jetstream { store_dir: "<data>", max_file_store: ${storeBytes}${sync} }`,
        ...(pingInterval === undefined ? [] : [`ping_interval: "${pingInterval}"`]),
        `cluster { name: millrace, listen: "127.0.0.1:${route}", routes: [${routes}] }`,
        ...Object.keys(files).map((file) => `include ${JSON.stringify(file)}`),
      ];
      const given = { files: { ...files, 'nats.conf': `${configuration.join('\n')}\n` }, env };
      return { name, server: await startNats({ port, given }), monitorUrl: `http://127.0.0.1:${monitor}` };
    }),
  );
}
