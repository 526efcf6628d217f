import { randomBytes } from 'node:crypto';
import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { stringify } from 'yaml';
import { hasMasterKeys, MASTER_KEYS, secretOf } from './container-settings.js';
import { installationUsers, passwordVariable } from './nats-users.js';
import type { KubernetesObject } from './objects.js';

/** The Secrets of the servers that run beside the services for evaluation. */
const SERVER_SECRETS = { nats: 'millrace-nats', redis: 'millrace-redis', mongodb: 'millrace-mongodb' };

/** Where the services reach the servers. */
export interface ServerAddresses {
  /** Host and port. */
  readonly nats: string;
  /** Host and port. */
  readonly redis: string;
  /** Hosts and ports, with commas between them. */
  readonly mongodb: string;
  /** The query of its address. */
  readonly mongodbOptions: string;
  /** Which the Secrets of services and servers are in, where it is not the one that they are applied to. */
  readonly namespaces?: { readonly services: string; readonly servers: string };
}

/** The servers of `k8s/components/servers`. */
const EVALUATION: ServerAddresses = {
  nats: 'nats:4222',
  redis: 'redis:6379',
  mongodb: 'mongodb:27017',
  mongodbOptions: 'authSource=admin',
};

/** The servers as docs/deploy.md installs them by charts of others. */
export const CHARTS: ServerAddresses = {
  nats: 'nats.millrace-servers.svc:4222',
  redis: 'redis-redis-ha-haproxy.millrace-servers.svc:6379',
  mongodb: [0, 1, 2].map((number) => `mongodb-${number}.mongodb-svc.millrace-servers.svc:27017`).join(','),
  mongodbOptions: 'authSource=admin&replicaSet=mongodb',
  namespaces: { services: 'millrace', servers: 'millrace-servers' },
};

/** Secrets of an installation, each value new. */
export interface NewSecrets {
  /** A YAML file of Secrets. */
  readonly text: string;
  /** Opens `/v1/organisations`. */
  readonly operatorToken: string;
}

/** Makes up all secrets that an installation needs: passwords of the servers, master keys, the operator's token. By default for an evaluation. */
export function newSecrets(services: readonly ServiceDescription[], servers: ServerAddresses = EVALUATION): NewSecrets {
  const { namespaces } = servers;
  const redis = password();
  const mongodb = password();
  const operatorToken = `op_${password()}`;
  const natsPasswords = new Map(installationUsers().map(({ user }) => [user, password()]));
  const values: Readonly<Record<string, (service: string) => string>> = {
    MILLRACE_NATS_URL: (service) => `nats://${service}:${natsPasswords.get(service) ?? ''}@${servers.nats}`,
    MILLRACE_REDIS_URL: () => `redis://:${redis}@${servers.redis}`,
    MILLRACE_MONGODB_URL: () => `mongodb://millrace:${mongodb}@${servers.mongodb}/?${servers.mongodbOptions}`,
    MILLRACE_OPERATOR_TOKEN: () => operatorToken,
  };
  const ofServices = services.map(({ name, settings }) =>
    secret(
      secretOf(name),
      Object.fromEntries(
        settings.flatMap((setting) => {
          const value = setting.secret ? values[setting.name]?.(name) : undefined;
          return value === undefined ? [] : [[setting.name, value]];
        }),
      ),
      namespaces?.services,
    ),
  );
  const ofServers = [
    secret(
      SERVER_SECRETS.nats,
      Object.fromEntries([...natsPasswords].map(([user, value]) => [passwordVariable(user), value])),
      namespaces?.servers,
    ),
    secret(SERVER_SECRETS.redis, { password: redis }, namespaces?.servers),
    secret(SERVER_SECRETS.mongodb, { password: mongodb }, namespaces?.servers),
  ];
  const keys = services.some(hasMasterKeys)
    ? [secret(MASTER_KEYS, { 'master-keys': masterKeys() }, namespaces?.services)]
    : [];
  const text = [...ofServices, ...ofServers, ...keys].map((object) => stringify(object)).join('---\n');
  return { text, operatorToken };
}

/** A file of master keys with a new one. */
export function masterKeys(): string {
  return `k1 ${randomBytes(32).toString('base64')}\n`;
}

/**
 * Hexadecimal, so that it needs no escapes in a URL, behind a letter that no number has: NATS reads the value of a variable as it
 * reads its configuration, and takes what begins like a number for one.
 */
export function password(): string {
  return `p${randomBytes(24).toString('hex')}`;
}

function secret(name: string, stringData: Record<string, string>, namespace?: string): KubernetesObject {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData };
}
