import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseConfigShape } from '@millrace/service-kit/config';
import { parseAllDocuments } from 'yaml';
import { baseFiles } from '../src/kubernetes/base-files.js';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { installationUsers } from '../src/kubernetes/nats-users.js';
import { CHARTS, newSecrets } from '../src/kubernetes/secrets.js';
import { withSecretsTable } from '../src/kubernetes/secrets-table.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };
const files = baseFiles(SERVICES, version);
const objectsOf = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);

interface PodContainer {
  readonly env: readonly {
    name: string;
    value?: string;
    valueFrom?: Record<string, { name: string; optional?: true; fieldPath?: string }>;
  }[];
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
}

interface Pod {
  readonly containers: [PodContainer];
  readonly terminationGracePeriodSeconds: number;
  readonly topologySpreadConstraints: readonly { topologyKey: string; labelSelector: { matchLabels: object } }[];
}

function podOf(service: string): Pod {
  const deployment = objectsOf(files.get(`base/${service}.yaml`) ?? '').find(({ kind }) => kind === 'Deployment');
  return (deployment?.['spec'] as { template: { spec: Pod } }).template.spec;
}

const containerOf = (service: string): PodContainer => podOf(service).containers[0];

/** What a process that does not stop is given beyond its setting (`shutdown.ts` of service-kit). */
const BEYOND_GRACE_SECONDS = 5;

it.each([...files.keys()])('k8s/%s is as the manifests of the services have it (npm run kubernetes)', (path) => {
  expect(readFileSync(join(REPOSITORY, 'k8s', path), 'utf8')).toBe(files.get(path));
});

describe.each(SERVICES)('the pods of $name', ({ name, settings }) => {
  it('get each of their settings once, and no others', () => {
    const known = settings.map((setting) => setting.name).filter((setting) => setting !== 'MILLRACE_DATA_DIRS');
    const named = containerOf(name).env.map((variable) => variable.name);
    expect([...new Set(named)]).toEqual(named);
    expect(named.filter((variable) => /^(?:MILLRACE|OTEL)_/.test(variable)).sort()).toEqual(known.sort());
  });

  it('know the node that they are on', () => {
    const { valueFrom } = containerOf(name).env.find((variable) => variable.name === 'MILLRACE_NODE_NAME') ?? {};
    expect(valueFrom).toEqual({ fieldRef: { fieldPath: 'spec.nodeName' } });
  });

  it('take what is secret from their own Secret, and cannot start without what they need', () => {
    for (const { name: variable, value, valueFrom } of containerOf(name).env) {
      const setting = settings.find((candidate) => candidate.name === variable);
      if (value !== undefined || setting === undefined || variable === 'MILLRACE_NODE_NAME') continue;
      const [kind, reference] = Object.entries(valueFrom ?? {})[0] ?? [];
      expect([variable, kind]).toEqual([variable, setting.secret ? 'secretKeyRef' : 'configMapKeyRef']);
      expect([variable, reference?.name]).toEqual([
        variable,
        setting.secret ? `millrace-${name}` : 'millrace-settings',
      ]);
      expect([variable, reference?.optional ?? false]).toEqual([variable, !setting.required]);
    }
  });
});

describe.each(SERVICES)('a pod of $name', ({ name, ports }) => {
  it('has longer to end than it takes at worst, and calls that are on their way are still taken', () => {
    const { terminationGracePeriodSeconds, containers } = podOf(name);
    const leaving = containers[0].lifecycle?.preStop.sleep.seconds ?? 0;
    const accepted = (seconds: number) => baseConfigShape.MILLRACE_SHUTDOWN_GRACE_SECONDS.safeParse(seconds).success;
    // The longest that a service takes as its setting.
    const grace =
      Array.from({ length: 1_000 }, (_, seconds) => seconds)
        .filter(accepted)
        .at(-1) ?? Infinity;
    expect(accepted(grace + 1)).toBe(false);
    expect(terminationGracePeriodSeconds).toBeGreaterThan(leaving + grace + BEYOND_GRACE_SECONDS);
    if (ports.some((port) => port.name === 'public')) expect(leaving).toBeGreaterThan(0);
  });

  it('is put into another zone and on another node than the others of its service, where there are any', () => {
    const { topologySpreadConstraints: constraints } = podOf(name);
    expect(constraints.map(({ topologyKey }) => topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
    for (const { labelSelector } of constraints)
      expect(labelSelector.matchLabels).toMatchObject({ 'app.kubernetes.io/name': name });
  });
});

it('settings that hold credentials are marked as secrets', () => {
  const names = new Set(SERVICES.flatMap(({ settings }) => settings.map(({ name }) => name)));
  const secret = new Set(
    SERVICES.flatMap(({ settings }) => settings.filter((one) => one.secret).map(({ name }) => name)),
  );
  // By name, so that a new one that is forgotten is found here.
  const like = [...names].filter((name) =>
    /TOKENS?$|PASSWORD|SECRET$|_(NATS|MONGODB|REDIS|SMTP)_URL$|PROVIDERS$|ROUTES$|HEADERS$/.test(name),
  );
  expect(like.sort()).toEqual([...secret].sort());
});

it('only services that reach out may leave the cluster, and no pod may reach its internal networks', () => {
  for (const { name, reachesOut } of SERVICES) {
    const policy = objectsOf(files.get(`base/${name}.yaml`) ?? '').find(({ kind }) => kind === 'NetworkPolicy');
    const blocks = JSON.stringify(policy?.['spec']).match(/"cidr":"[^"]+"/g) ?? [];
    expect([name, blocks.length > 0]).toEqual([name, reachesOut]);
  }
  expect(SERVICES.filter(({ reachesOut }) => reachesOut).map(({ name }) => name)).toEqual([
    'email-ingest',
    'executor',
    'webhook-dispatcher',
  ]);
});

it('new secrets have all that services need, and differ each time', () => {
  const first = newSecrets(SERVICES);
  const secrets = new Map(
    objectsOf(first.text).map((object) => [object.metadata.name, object['stringData'] as object]),
  );
  for (const { name, settings } of SERVICES) {
    const needed = settings.filter(({ secret, required }) => secret && required).map((setting) => setting.name);
    expect(Object.keys(secrets.get(`millrace-${name}`) ?? {})).toEqual(expect.arrayContaining(needed));
  }
  expect(Object.keys(secrets.get('millrace-nats') ?? {})).toHaveLength(installationUsers().length);
  expect(newSecrets(SERVICES).operatorToken).not.toBe(first.operatorToken);
});

it('new secrets for servers elsewhere have their addresses, and passwords that the servers get too', () => {
  const secrets = objectsOf(newSecrets(SERVICES, CHARTS).text);
  const places = secrets.map(({ metadata }) => [metadata.name, metadata.namespace]);
  const servers = ['millrace-nats', 'millrace-redis', 'millrace-mongodb'];
  expect(places.filter(([, namespace]) => namespace === 'millrace-servers').map(([name]) => name)).toEqual(servers);
  expect(places.filter(([, namespace]) => namespace === 'millrace')).toHaveLength(SERVICES.length + 1);
  const valuesOf = (name: string) =>
    secrets.find(({ metadata }) => metadata.name === name)?.['stringData'] as Record<string, string>;
  const [nats, redis, mongodb] = servers.map(valuesOf) as [Record<string, string>, ...Record<string, string>[]];
  const dispatcher = valuesOf('millrace-webhook-dispatcher');
  expect(dispatcher).toMatchObject({
    MILLRACE_NATS_URL: `nats://webhook-dispatcher:${nats['PASSWORD_WEBHOOK_DISPATCHER']}@${CHARTS.nats}`,
    MILLRACE_REDIS_URL: `redis://:${redis?.['password']}@${CHARTS.redis}`,
    MILLRACE_MONGODB_URL: `mongodb://millrace:${mongodb?.['password']}@${CHARTS.mongodb}/?${CHARTS.mongodbOptions}`,
  });
});

describe('the table of Secrets', () => {
  const page = readFileSync(join(REPOSITORY, 'docs', 'deploy.md'), 'utf8');

  it('is as the manifests of the services have it (npm run kubernetes)', () => {
    expect(page).toBe(withSecretsTable(page, SERVICES));
  });

  it('has each key that a pod takes from a Secret, and says whether the pod starts without it', () => {
    const keys = SERVICES.flatMap(({ name }) =>
      containerOf(name).env.flatMap((variable) => {
        const from = variable.valueFrom?.['secretKeyRef'];
        return from === undefined ? [] : [{ service: name, key: variable.name, optional: from.optional === true }];
      }),
    );
    const rows = new Map(
      page
        .split('\n')
        .map((line) => line.split(' | '))
        .map((cells) => [cells[0]?.trim(), cells]),
    );
    for (const { service, key, optional } of keys) {
      const row = rows.get(`| \`${key}\``) ?? [];
      const readers = row[optional ? 3 : 2] ?? '';
      expect([key, readers.includes('each service') || readers.includes(`\`${service}\``)]).toEqual([key, true]);
    }
    expect(keys.length).toBeGreaterThan(SERVICES.length * 2);
  });
});

it('a NATS that says "unavailable" is restarted, since it keeps an error of its disk for ever', () => {
  const text = readFileSync(join(REPOSITORY, 'k8s', 'components', 'servers', 'nats.yaml'), 'utf8');
  const server = objectsOf(text).find(({ kind }) => kind === 'StatefulSet');
  const spec = server?.['spec'] as { template: { spec: { containers: [{ livenessProbe: object }] } } };
  // Without a condition: `js-enabled-only` and `js-server-only` leave out what is wrong with the store.
  expect(spec.template.spec.containers[0].livenessProbe).toMatchObject({
    httpGet: { path: '/healthz', port: 'monitor' },
  });
});

it('the users of NATS have their rights, the services and the operator, and a password from the environment', () => {
  const text = files.get('components/servers/users.conf') ?? '';
  for (const { user, permissions } of installationUsers()) {
    expect(text).toContain(`user: "${user}"\n      password: $PASSWORD_${user.toUpperCase().replaceAll('-', '_')}\n`);
    expect(text).toContain(`permissions: ${JSON.stringify(permissions)}\n`);
  }
});
