import { randomBytes } from 'node:crypto';
import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { stringify } from 'yaml';
import { hasMasterKeys, MASTER_KEYS, secretOf } from './container-settings.js';
import { installationUsers, passwordVariable } from './nats-users.js';
import type { KubernetesObject } from './objects.js';

/** The Secrets of the servers that run beside the services for evaluation. */
const SERVER_SECRETS = { nats: 'millrace-nats', redis: 'millrace-redis', mongodb: 'millrace-mongodb' };

/** Secrets of an installation whose servers are those of `k8s/components/servers`, each value new. */
export interface NewSecrets {
  /** A YAML file of Secrets. */
  readonly text: string;
  /** Opens `/v1/organisations`. */
  readonly operatorToken: string;
}

/** Makes up all secrets that an evaluation needs: passwords of the servers, master keys, the operator's token. */
export function newSecrets(services: readonly ServiceDescription[]): NewSecrets {
  const redis = password();
  const mongodb = password();
  const operatorToken = `op_${password()}`;
  const natsPasswords = new Map(installationUsers().map(({ user }) => [user, password()]));
  const values: Readonly<Record<string, (service: string) => string>> = {
    MILLRACE_NATS_URL: (service) => `nats://${service}:${natsPasswords.get(service) ?? ''}@nats:4222`,
    MILLRACE_REDIS_URL: () => `redis://:${redis}@redis:6379`,
    MILLRACE_MONGODB_URL: () => `mongodb://millrace:${mongodb}@mongodb:27017/?authSource=admin`,
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
    ),
  );
  const ofServers = [
    secret(
      SERVER_SECRETS.nats,
      Object.fromEntries([...natsPasswords].map(([user, value]) => [passwordVariable(user), value])),
    ),
    secret(SERVER_SECRETS.redis, { password: redis }),
    secret(SERVER_SECRETS.mongodb, { password: mongodb }),
  ];
  const keys = services.some(hasMasterKeys) ? [secret(MASTER_KEYS, { 'master-keys': masterKeys() })] : [];
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

function secret(name: string, stringData: Record<string, string>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', stringData };
}
