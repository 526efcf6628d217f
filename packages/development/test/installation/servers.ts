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

/** NATS as `k8s/components/servers` has it, Redis and a MongoDB-compatible server, on the loopback. */
export interface Servers {
  /** Where NATS's pages are. */
  readonly monitor: string;
  /** Of the services, with the addresses of these servers. */
  readonly secrets: readonly KubernetesObject[];
  readonly operatorToken: string;
  stop(): Promise<void>;
}

interface Secret extends KubernetesObject {
  readonly stringData: Readonly<Record<string, string>>;
}

export async function startServers(): Promise<Servers> {
  const { text, operatorToken } = newSecrets(SERVICES);
  const made = objectsIn(text) as Secret[];
  const passwords = made.find(({ metadata }) => metadata.name === 'millrace-nats')?.stringData ?? {};
  const [port, monitorPort] = [await freePort(), await freePort()];
  const fileOf = (name: string) => readFileSync(join(REPOSITORY, 'k8s/components/servers', name), 'utf8');
  const configuration = fileOf('nats.conf')
    .replace('"0.0.0.0:4222"', `"127.0.0.1:${port}"`)
    .replace('"0.0.0.0:8222"', `"127.0.0.1:${monitorPort}"`)
    .replace('"/data"', '"<data>"');
  const given = {
    files: { 'nats.conf': configuration, 'users.conf': fileOf('users.conf') },
    env: { POD_NAME: 'nats-0', ...passwords },
  };
  const [nats, redis, mongodb] = await Promise.all([startNats({ port, given }), startRedis(), startMongo()]);
  const servers: readonly OwnServer[] = [nats, redis, mongodb];
  const addressed: Readonly<Record<string, (value: string) => string>> = {
    MILLRACE_NATS_URL: (value) => value.replace('nats:4222', `127.0.0.1:${port}`),
    MILLRACE_REDIS_URL: () => redis.url,
    MILLRACE_MONGODB_URL: () => mongodb.url,
  };
  const secrets = made.map((secret) => {
    const entries = Object.entries(secret.stringData).map(([name, value]): [string, string] => [
      name,
      addressed[name]?.(value) ?? value,
    ]);
    const isOwner = secret.metadata.name === 'millrace-definitions';
    const tokens = isOwner ? { MILLRACE_BOOTSTRAP_TOKENS: JSON.stringify(TOKENS) } : {};
    return { ...secret, stringData: { ...Object.fromEntries<string>(entries), ...tokens } };
  });
  return {
    monitor: `127.0.0.1:${monitorPort}`,
    secrets,
    operatorToken,
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
}
