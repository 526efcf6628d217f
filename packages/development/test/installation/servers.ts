import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startMongo, startNats, startRedis, type OwnServer } from '@millrace/testing';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { newSecrets } from '../../src/kubernetes/secrets.js';
import { objectsIn } from '../kubernetes/kubernetes-tools.js';
import { REPOSITORY } from '../kubernetes/repository.js';
import { SERVICES } from '../kubernetes/services.js';

/** A token of the organisation that there is. */
export const TOKEN = 'mr_cluster_token_of_an_organisation_0001';
const TOKENS = [{ organisation_id: 'org_cluster', name: 'cluster', token: TOKEN, scopes: ['*'] }];

/** What services are given beside the addresses of their servers: no limits of who calls, and a third party on the loopback. */
export const SETTINGS: Readonly<Record<string, string>> = {
  MILLRACE_PUBLIC_URL: 'http://127.0.0.1:3000',
  MILLRACE_NATS_REPLICAS: '1',
  MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
  MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE: '1000000',
  MILLRACE_RATE_LIMIT_API_PER_HOUR: '1000000',
  MILLRACE_STORAGE_QUOTA_PERCENT: '0',
};

/** NATS of an installation: one server, or several that are a cluster. */
export interface InstalledNats {
  /** Hosts and ports at which clients are let in. */
  readonly addresses: readonly string[];
  /** Where their pages are. */
  readonly monitorUrls: readonly string[];
  stop(): Promise<void>;
}

/** NATS with a user for each service, Redis and a MongoDB-compatible server, on the loopback. */
export interface Servers {
  readonly nats: InstalledNats;
  /** Of the services, with the addresses of these servers. */
  readonly secrets: readonly Secret[];
  readonly operatorToken: string;
  stop(): Promise<void>;
}

/** A Secret as it is applied. */
export interface Secret extends KubernetesObject {
  readonly stringData: Readonly<Record<string, string>>;
}

/** What a Secret of an installation has; nothing where there is none of that name. */
export function valuesOfSecret({ secrets }: Pick<Servers, 'secrets'>, name: string): Readonly<Record<string, string>> {
  return secrets.find(({ metadata }) => metadata.name === name)?.stringData ?? {};
}

/** What to start in the place of the servers of `k8s/components/servers`; `nats` is given the passwords of its users by the names of their variables. */
interface ServersOptions {
  readonly nats?: (passwords: Readonly<Record<string, string>>) => Promise<InstalledNats>;
  readonly mongodb?: () => Promise<OwnServer>;
}

/** Starts servers for an installation, and makes its Secrets anew. */
export async function startServers({
  nats: start = oneNats,
  mongodb: startDatabase = startMongo,
}: ServersOptions = {}): Promise<Servers> {
  const { text, operatorToken } = newSecrets(SERVICES);
  const made = objectsIn(text) as Secret[];
  const passwords = valuesOfSecret({ secrets: made }, 'millrace-nats');
  const [nats, redis, mongodb] = await Promise.all([start(passwords), startRedis(), startDatabase()]);
  const addressed: Readonly<Record<string, (value: string) => string>> = {
    MILLRACE_NATS_URL: (value) => value.replace('nats:4222', nats.addresses.join(',nats://')),
    MILLRACE_REDIS_URL: () => redis.url,
    MILLRACE_MONGODB_URL: () => mongodb.url,
  };
  const secrets = made.map((secret) => {
    const entries = Object.entries(secret.stringData).map(([name, value]): [string, string] => [
      name,
      addressed[name]?.(value) ?? value,
    ]);
    const isOwner = secret.metadata.name === 'millrace-definitions';
    const tokens = Object.entries(isOwner ? { MILLRACE_BOOTSTRAP_TOKENS: JSON.stringify(TOKENS) } : {});
    return { ...secret, stringData: Object.fromEntries([...entries, ...tokens]) };
  });
  return {
    nats,
    secrets,
    operatorToken,
    stop: async () => void (await Promise.all([nats, redis, mongodb].map((server) => server.stop()))),
  };
}

/** One server, as `k8s/components/servers` has it. */
async function oneNats(passwords: Readonly<Record<string, string>>): Promise<InstalledNats> {
  const [port, monitorPort] = [await freePort(), await freePort()];
  const configuration = fileOfServers('nats.conf')
    .replace('"0.0.0.0:4222"', `"127.0.0.1:${port}"`)
    .replace('"0.0.0.0:8222"', `"127.0.0.1:${monitorPort}"`)
    .replace('"/data"', '"<data>"');
  const given = {
    files: { 'nats.conf': configuration, 'users.conf': fileOfServers('users.conf') },
    env: { POD_NAME: 'nats-0', ...passwords },
  };
  const server = await startNats({ port, given });
  return {
    addresses: [`127.0.0.1:${port}`],
    monitorUrls: [`http://127.0.0.1:${monitorPort}`],
    stop: () => server.stop(),
  };
}

/** The text of a file of `k8s/components/servers`. */
export function fileOfServers(name: string): string {
  return readFileSync(join(REPOSITORY, 'k8s/components/servers', name), 'utf8');
}
