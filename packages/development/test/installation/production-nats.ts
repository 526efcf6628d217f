import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATOR } from '@millrace/messaging';
import { startNatsCluster, waitUntil, type ClusterServer } from '@millrace/testing';
import { connect } from '@nats-io/transport-node';
import { parse } from 'yaml';
import { passwordVariable } from '../../src/kubernetes/nats-users.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import { fileOfServers, valuesOfSecret, type InstalledNats, type Servers } from './servers.js';

interface ChartValues {
  readonly config: {
    readonly cluster: { readonly replicas: number };
    readonly jetstream: { readonly merge: { readonly sync_interval: string } };
    readonly merge: { readonly $include: string; readonly ping_interval: string };
  };
}

/** A cluster whose servers can be killed one by one. */
export interface ProductionNats extends InstalledNats {
  readonly servers: readonly ClusterServer[];
}

/** NATS as docs/deploy.md has it for production: as many servers, syncing as often, and with the same users. */
export async function startProductionNats(passwords: Readonly<Record<string, string>>): Promise<ProductionNats> {
  const { cluster, jetstream, merge } = valuesOfChart().config;
  const members = Array.from({ length: cluster.replicas }, (_, number) => ({
    name: `nats-${number}`,
    syncInterval: jetstream.merge.sync_interval,
    pingInterval: merge.ping_interval,
  }));
  const files = { [merge.$include]: fileOfServers('users.conf') };
  const servers = await startNatsCluster(members, { files, env: { ...passwords } });
  const monitorUrls = servers.map(({ monitorUrl }) => monitorUrl);
  await untilReady(monitorUrls);
  return {
    servers,
    addresses: servers.map(({ server }) => `127.0.0.1:${server.port}`),
    monitorUrls,
    stop: async () => void (await Promise.all(servers.map(({ server }) => server.stop()))),
  };
}

/** Waits until the servers of these pages have what is asked of them. */
export async function untilReady(monitorUrls: readonly string[]): Promise<void> {
  await waitUntil('all servers of NATS to be ready', async () => {
    const answers = await Promise.all(monitorUrls.map((url) => fetch(`${url}/healthz`)));
    return answers.every(({ ok }) => ok);
  });
}

function valuesOfChart(): ChartValues {
  const page = readFileSync(join(REPOSITORY, 'docs/deploy.md'), 'utf8');
  const [, text = ''] = /<!-- nats values -->\n\n```yaml\n([^]*?)```/.exec(page) ?? [];
  return parse(text) as ChartValues;
}

/** What a stream has. */
export interface StreamContent {
  readonly messages: number;
  readonly last: number;
  readonly consumers: number;
}

interface StreamInfo {
  readonly config: { readonly name: string; readonly num_replicas: number };
  readonly state: { readonly messages: number; readonly last_seq: number; readonly consumer_count: number };
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly current: boolean; readonly offline?: boolean }[];
  };
}

/** All streams by their names, as the operator sees them. */
export async function streamsOf(servers: Servers): Promise<Record<string, StreamContent>> {
  const streams = await listStreams(servers);
  return Object.fromEntries(
    streams.map(({ config, state }) => [
      config.name,
      { messages: state.messages, last: state.last_seq, consumers: state.consumer_count },
    ]),
  );
}

/** The names of the servers that lead the streams, by the streams' names; without those that nobody leads now. */
export async function leadersOf(servers: Servers): Promise<Map<string, string>> {
  const streams = await listStreams(servers);
  return new Map(streams.flatMap(({ config, cluster }) => (cluster?.leader ? [[config.name, cluster.leader]] : [])));
}

/** Names of streams that do not have three copies, of which each has everything. */
export async function streamsWithFewerCopies(servers: Servers): Promise<string[]> {
  const streams = await listStreams(servers);
  const isCopied = ({ config, cluster }: StreamInfo) => {
    const others = cluster?.replicas ?? [];
    return (
      config.num_replicas === 3 && others.filter(({ current, offline }) => current && offline !== true).length === 2
    );
  };
  return streams.filter((stream) => !isCopied(stream)).map(({ config }) => config.name);
}

async function listStreams(servers: Servers): Promise<StreamInfo[]> {
  const connection = await connect({
    servers: [...servers.nats.addresses],
    user: OPERATOR,
    pass: valuesOfSecret(servers, 'millrace-nats')[passwordVariable(OPERATOR)],
    inboxPrefix: `_INBOX.${OPERATOR}`,
  });
  try {
    const answer = await connection.request('$JS.API.STREAM.LIST', '', { timeout: 20_000 });
    const { streams, total } = answer.json<{ streams: StreamInfo[]; total: number }>();
    if (streams.length !== total) throw new Error(`Only ${streams.length} of ${total} streams were listed.`);
    return streams;
  } finally {
    await connection.close();
  }
}
