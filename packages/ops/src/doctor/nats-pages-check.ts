import { urlsOfHost } from '@millrace/service-kit/host-addresses';
import type { OpsConfig } from '../config.js';
import { failed, ok, reasonOf, skipped, warning, type Finding } from './check.js';

const CHECK = 'nats servers';
const TIMEOUT_MS = 5_000;
const NANOSECONDS = 1_000_000_000;
/** The longest that docs/deploy.md lets a server keep what it confirmed in the memory of its machine. Seconds. */
const LONGEST_SYNC_SECONDS = 10;
/** The longest pause between two pings that docs/deploy.md lets a server of a cluster have. Seconds. */
const LONGEST_PING_SECONDS = 10;

/** What `/jsz` of a server says. */
interface JetStreamPage {
  readonly server_id?: string;
  readonly config?: { readonly sync_interval?: number; readonly sync_always?: boolean };
  /** Of servers that are one cluster. */
  readonly meta_cluster?: { readonly cluster_size?: number };
}

/** What `/varz` of a server says. */
interface VariablesPage {
  readonly ping_interval?: number;
}

/** What only the monitoring pages of NATS's servers show: how often they write to disk and look for lost clients, and how many of them are one cluster. */
export async function checkNatsPages({
  natsMonitorUrls,
  natsReplicas,
}: Pick<OpsConfig, 'natsMonitorUrls' | 'natsReplicas'>): Promise<Finding[]> {
  if (natsMonitorUrls.length === 0) return [skipped(CHECK, 'MILLRACE_NATS_MONITOR_URL')];
  const urls = (await Promise.all(natsMonitorUrls.map((url) => urlsOfHost(url)))).flat();
  const found = (await Promise.all(urls.map((url) => serverFindings(url, natsReplicas)))).flat();
  return found.length > 0
    ? found
    : [ok(CHECK, 'each writes to disk and looks for lost clients often enough, and is one of as many as are wanted')];
}

async function serverFindings(url: string, natsReplicas: number): Promise<Finding[]> {
  let page: JetStreamPage;
  let variables: VariablesPage;
  try {
    page = await pageOf<JetStreamPage>(url, 'jsz');
    variables = await pageOf<VariablesPage>(url, 'varz');
  } catch (error) {
    const cure =
      'look at MILLRACE_NATS_MONITOR_URL, and whether NATS has its pages (http: 8222) and lets others read them';
    return [failed(CHECK, `${url}: ${reasonOf(error)}`, cure)];
  }
  const { config, meta_cluster: cluster } = page;
  if (config === undefined)
    return [failed(CHECK, `${url}: it has no JetStream`, 'enable JetStream, and look at the log of this server')];
  return [
    ...syncFindings(url, config),
    ...(natsReplicas > 1 ? pingFindings(url, variables) : []),
    ...clusterFindings(url, cluster?.cluster_size ?? 1, natsReplicas),
  ];
}

async function pageOf<Page>(url: string, name: 'jsz' | 'varz'): Promise<Page> {
  const response = await fetch(`${url}/${name}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return (await response.json()) as Page;
}

function syncFindings(url: string, config: NonNullable<JetStreamPage['config']>): Finding[] {
  const seconds = (config.sync_interval ?? 0) / NANOSECONDS;
  if (config.sync_always === true || seconds <= LONGEST_SYNC_SECONDS) return [];
  const what = `${url}: it writes to disk every ${seconds} s, and what it confirmed since is gone with its power`;
  return [warning(CHECK, what, `set sync_interval to ${LONGEST_SYNC_SECONDS}s at most: docs/deploy.md#durability`)];
}

/** A client whose machine is gone ends no connection: until the server notices, it sends questions there that nobody reads. */
function pingFindings(url: string, { ping_interval = 0 }: VariablesPage): Finding[] {
  const seconds = ping_interval / NANOSECONDS;
  if (seconds <= LONGEST_PING_SECONDS) return [];
  const what = `${url}: it looks every ${seconds} s whether its clients are there, and asks services on a lost node until then`;
  return [
    warning(CHECK, what, `set ping_interval to ${LONGEST_PING_SECONDS}s at most: docs/deploy.md#nats-by-its-own-chart`),
  ];
}

function clusterFindings(url: string, servers: number, natsReplicas: number): Finding[] {
  if (servers >= natsReplicas) return [];
  const what = `${url}: it is one of ${servers}, and each stream is to have ${natsReplicas} copies`;
  return [
    failed(
      CHECK,
      what,
      'start the other servers, as one cluster: the same name of the cluster, and routes to each other',
    ),
  ];
}
