import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { REPOSITORY } from './kubernetes/repository.js';

/* What docs/deploy.md has for the charts of others: that its parts agree with each other. The charts themselves are not here. */

interface NatsValues {
  readonly container: { readonly merge: { readonly envFrom: readonly [{ readonly secretRef: { name: string } }] } };
}
interface ReplicaSet {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly members: number;
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

const makes = (secret: string, key: string) =>
  page.includes(`-n millrace-servers create secret generic ${secret} --from-${key}`);

it('the Secrets that the charts read are those that the commands make', () => {
  const nats = blockOf('nats values') as NatsValues;
  const mongodb = blockOf('mongodb object') as ReplicaSet;
  const redis = blockOf('redis values') as RedisValues;
  expect(makes(nats.container.merge.envFrom[0].secretRef.name, 'env-file=')).toBe(true);
  // The operator reads the key `password`.
  expect(makes(mongodb.spec.users[0].passwordSecretRef.name, 'literal=password=')).toBe(true);
  expect(makes(redis.existingSecret, `literal=${redis.authKey}=`)).toBe(true);
});

it('the address of MongoDB has the user, the servers and the name of the replica set, and the user its one right', () => {
  const { metadata, spec } = blockOf('mongodb object') as ReplicaSet;
  const [user] = spec.users;
  const host = (number: number) => `${metadata.name}-${number}.${metadata.name}-svc.millrace-servers.svc:27017`;
  const hosts = Array.from({ length: spec.members }, (_, number) => host(number)).join(',');
  expect(page).toContain(
    `mongodb://${user.name}:PASSWORD@${hosts}/?authSource=${user.db}&replicaSet=${metadata.name}\``,
  );
  expect(user.roles).toEqual([{ name: 'readWrite', db: 'millrace' }]);
});

it('Redis throws nothing away, and keeps no file', () => {
  const { config } = (blockOf('redis values') as RedisValues).redis;
  expect(config).toMatchObject({ 'maxmemory-policy': 'noeviction', save: '""' });
});
