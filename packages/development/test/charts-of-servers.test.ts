import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { NATS_MONITOR, NATS_SERVERS_MONITOR } from '../src/kubernetes/scaling.js';
import { CHARTS, newSecrets } from '../src/kubernetes/secrets.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* What docs/deploy.md has for the charts of others: that its parts agree with each other. The charts themselves are not here. */

interface NatsValues {
  readonly container: { readonly merge: { readonly envFrom: readonly [{ readonly secretRef: { name: string } }] } };
}
interface Spread {
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  readonly labelSelector: unknown;
}
interface ReplicaSet {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly members: number;
    readonly statefulSet: {
      readonly spec: {
        readonly template: { readonly spec: { readonly topologySpreadConstraints: readonly [Spread] } };
      };
    };
    readonly users: readonly [{ name: string; db: string; passwordSecretRef: { name: string }; roles: unknown }];
  };
}
interface RedisValues {
  readonly existingSecret: string;
  readonly authKey: string;
  readonly redis: { readonly config: Readonly<Record<string, string>> };
}

const page = readFileSync(join(REPOSITORY, 'docs', 'deploy.md'), 'utf8');

function blockOf(name: string): unknown {
  const [, text = ''] = new RegExp(`<!-- ${name} -->\n\n\`\`\`yaml\n([^]*?)\`\`\``).exec(page) ?? [];
  return parse(text);
}

/** Names of the keys of a Secret that `npm run kubernetes:secrets -- --production` makes for the servers. */
function keysOf(secret: string | undefined): string[] {
  const made = parseAllDocuments(newSecrets(SERVICES, CHARTS).text).map((one) => one.toJS() as KubernetesObject);
  const found = made.find(({ metadata }) => metadata.namespace === 'millrace-servers' && metadata.name === secret);
  return Object.keys((found?.['stringData'] as object | undefined) ?? {});
}

it('the Secrets that the charts read are those that are made', () => {
  const nats = blockOf('nats values') as NatsValues;
  const mongodb = blockOf('mongodb object') as ReplicaSet;
  const redis = blockOf('redis values') as RedisValues;
  expect(keysOf(nats.container.merge.envFrom[0].secretRef.name)).toEqual(expect.arrayContaining(['PASSWORD_GATEWAY']));
  // The operator reads the key `password`.
  expect(keysOf(mongodb.spec.users[0].passwordSecretRef.name)).toEqual(['password']);
  expect(keysOf(redis.existingSecret)).toEqual([redis.authKey]);
});

it('NATS is asked by the Services of the release that the page installs, its servers by the headless one', () => {
  const [, release = '', namespace = ''] = /helm install (\S+) nats [^]*?--namespace (\S+)/.exec(page) ?? [];
  // The chart calls the headless Service so unless its values name it otherwise.
  expect(NATS_MONITOR).toBe(`${release}.${namespace}.svc:8222`);
  expect(NATS_SERVERS_MONITOR).toBe(`${release}-headless.${namespace}.svc:8222`);
  expect(blockOf('nats values')).toMatchObject({ service: { ports: { monitor: { enabled: true } } } });
  expect(blockOf('nats values')).not.toHaveProperty('headlessService');
});

it('the address of MongoDB has the user, the servers and the name of the replica set, and the user its one right', () => {
  const { metadata, spec } = blockOf('mongodb object') as ReplicaSet;
  const [user] = spec.users;
  const host = (number: number) => `${metadata.name}-${number}.${metadata.name}-svc.millrace-servers.svc:27017`;
  const hosts = Array.from({ length: spec.members }, (_, number) => host(number)).join(',');
  const options = `authSource=${user.db}&replicaSet=${metadata.name}`;
  expect([CHARTS.mongodb, CHARTS.mongodbOptions]).toEqual([hosts, options]);
  expect(newSecrets(SERVICES, CHARTS).text).toContain(`mongodb://${user.name}:`);
  expect(user.roles).toEqual([{ name: 'readWrite', db: 'millrace' }]);
  // That role drops collections. A page that asks for more is refused on the day of a restore.
  const restore = readFileSync(join(REPOSITORY, 'docs', 'cluster-backup.md'), 'utf8');
  expect(restore).toMatch(/getCollection\(name\)\.drop\(\)/);
  expect(restore).not.toMatch(/dropDatabase/);
});

it('members of the database are on different nodes, of which one at a time is taken away', () => {
  const { metadata, spec } = blockOf('mongodb object') as ReplicaSet;
  // The operator calls the Service of a replica set so, and gives its name to the pods.
  const ofMembers = { matchLabels: { app: `${metadata.name}-svc` } };
  const [spread] = spec.statefulSet.spec.template.spec.topologySpreadConstraints;
  expect(spread).toMatchObject({ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' });
  expect(spread.labelSelector).toEqual(ofMembers);
  expect(blockOf('mongodb budget')).toEqual({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: metadata.name },
    spec: { maxUnavailable: 1, selector: ofMembers },
  });
  // It is appended to another object.
  expect(page).toMatch(/<!-- mongodb budget -->\n\n```yaml\n---\n/);
});

it('Redis throws nothing away, and keeps no file', () => {
  const { config } = (blockOf('redis values') as RedisValues).redis;
  expect(config).toMatchObject({ 'maxmemory-policy': 'noeviction', save: '""' });
});
