import { installationUsers, passwordVariable } from '../kubernetes/nats-users.js';
import { madeVariable } from './compose-secret-settings.js';

/** The monitoring pages of NATS. */
export const NATS_PAGES = 'http://nats:8222';

const HEALTH = { interval: '3s', timeout: '5s', retries: 40 };

/** Theirs to write what is in memory: some engines kill at once what has no time of its own. */
const GRACE = { stop_grace_period: '30s' };

/** The key is for its own user alone, which a mounted file cannot be. */
const MONGODB_ENTRY =
  'install -m 400 -o mongodb -g mongodb /run/secrets/mongodb-key /data/configdb/key && exec docker-entrypoint.sh "$$@"';

/**
 * Begins a replica set of one, once; the driver has to reach it under the name that it gives. The password is read where it is used: what is on a command line
 * is seen by everybody who lists processes.
 */
const MONGODB_HEALTH = `db.getSiblingDB('admin').auth('millrace', process.env.MONGO_INITDB_ROOT_PASSWORD);
const begun = (() => {
  try { return rs.status().ok } catch { return rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] }).ok }
})();
if (!begun || !db.hello().isWritablePrimary) quit(1)`;

/** NATS with its users, Redis, MongoDB as a replica set of one, and a mail catcher. Only the catcher's page is published. */
export function composeServers(): Record<string, unknown> {
  return {
    nats: {
      image: 'nats:2.15.1-alpine',
      command: ['--config', '/etc/nats/nats.conf'],
      restart: 'unless-stopped',
      ...GRACE,
      environment: { GOMEMLIMIT: '820MiB', ...passwordsOfUsers() },
      mem_limit: '1024m',
      volumes: [
        'nats:/data',
        './compose/nats.conf:/etc/nats/nats.conf:ro',
        '../k8s/components/servers/users.conf:/etc/nats/users.conf:ro',
      ],
      healthcheck: { test: ['CMD', 'wget', '-q', '--spider', 'http://127.0.0.1:8222/healthz'], ...HEALTH },
    },
    redis: {
      image: 'redis:8-alpine',
      // Counts and slots, and nothing that may not be lost.
      command: [
        'sh',
        '-c',
        'exec redis-server --save "" --maxmemory 192mb --maxmemory-policy noeviction --requirepass "$$PASSWORD"',
      ],
      restart: 'unless-stopped',
      ...GRACE,
      environment: { PASSWORD: madeVariable('PASSWORD_REDIS') },
      mem_limit: '256m',
      volumes: ['redis:/data'],
      healthcheck: { test: ['CMD-SHELL', 'REDISCLI_AUTH="$$PASSWORD" redis-cli ping | grep -q PONG'], ...HEALTH },
    },
    mongodb: {
      image: 'mongo:8.0',
      entrypoint: ['bash', '-c', MONGODB_ENTRY, 'bash'],
      command: ['mongod', '--replSet', 'rs0', '--keyFile', '/data/configdb/key', '--wiredTigerCacheSizeGB', '0.5'],
      restart: 'unless-stopped',
      ...GRACE,
      environment: {
        MONGO_INITDB_ROOT_USERNAME: 'millrace',
        MONGO_INITDB_ROOT_PASSWORD: madeVariable('PASSWORD_MONGODB'),
      },
      mem_limit: '1536m',
      secrets: ['mongodb-key'],
      volumes: ['mongodb:/data/db'],
      healthcheck: {
        test: ['CMD-SHELL', `mongosh --quiet --eval "${MONGODB_HEALTH}"`],
        ...HEALTH,
      },
    },
    mail: {
      image: 'axllent/mailpit:v1.27',
      restart: 'unless-stopped',
      ...GRACE,
      mem_limit: '128m',
      ports: ['127.0.0.1:${MILLRACE_MAIL_PAGE_PORT:-8025}:8025'],
      healthcheck: { test: ['CMD', '/mailpit', 'readyz'], ...HEALTH },
    },
  };
}

function passwordsOfUsers(): Record<string, string> {
  const variables = installationUsers().map(({ user }) => passwordVariable(user));
  return Object.fromEntries(variables.map((name) => [name, madeVariable(name)]));
}
