import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { newSecrets } from '../src/kubernetes/secrets.js';
import { kubernetesTools, rendered } from './kubernetes/kubernetes-tools.js';
import { NetworkRules, type Party } from './kubernetes/network-rules.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/*
 * Who reaches whom by the policies of the network, as an overlay comes to them: each party of a list to each, on each port. What is allowed is listed here by
 * hand, and everything else is not. That a network holds itself to its policies is not shown.
 */

const OVERLAYS = ['production', 'evaluation'] as const;

/** Where NATS, Redis and MongoDB are. */
const SERVERS_IN = { production: 'millrace-servers', evaluation: 'millrace' };

let folder: string;
const objects = new Map<string, KubernetesObject[]>();

beforeAll(async () => {
  const tools = await kubernetesTools(process.env);
  folder = mkdtempSync(join(tmpdir(), 'millrace-network-'));
  cpSync(join(REPOSITORY, 'k8s'), folder, { recursive: true });
  writeFileSync(join(folder, 'overlays/evaluation/secrets.yaml'), newSecrets(SERVICES).text);
  const doctor = { resources: ['../production'], components: ['../../components/doctor'], namespace: 'millrace' };
  mkdirSync(join(folder, 'overlays/doctor'));
  writeFileSync(join(folder, 'overlays/doctor/kustomization.yaml'), stringify(doctor));
  for (const overlay of [...OVERLAYS, 'doctor'])
    objects.set(overlay, rendered(tools, join(folder, 'overlays', overlay)));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Labels = Readonly<Record<string, string>>;

const of = (overlay: string, kind: string) => (objects.get(overlay) ?? []).filter((object) => object.kind === kind);

/** The pods that an overlay makes, by their names, as its workloads label them. */
function podsOf(overlay: string, kind: string): Map<string, Labels> {
  const pods = of(overlay, kind).map(({ metadata, spec }): [string, Labels] => [
    metadata.name,
    (spec as { template: { metadata: { labels: Labels } } }).template.metadata.labels,
  ]);
  return new Map(pods);
}

/** All who might call, and be called. */
function partiesOf(overlay: (typeof OVERLAYS)[number]): Map<string, Party> {
  const namespaces: Record<string, Labels> = {
    'millrace-servers': { 'millrace/servers': 'true' },
    ingress: { 'millrace/front': 'true' },
    monitoring: { 'millrace/monitoring': 'true' },
    'kube-system': {},
    others: {},
  };
  for (const { metadata } of of(overlay, 'Namespace')) namespaces[metadata.name] = (metadata['labels'] ?? {}) as Labels;
  const pod = (namespace: string, labels: Labels): Party => {
    const namespaceLabels = { 'kubernetes.io/metadata.name': namespace, ...namespaces[namespace] };
    return { namespace, namespaceLabels, labels };
  };
  const servers = podsOf('evaluation', 'StatefulSet');
  return new Map<string, Party>([
    ...[...podsOf(overlay, 'Deployment')].map(([name, labels]): [string, Party] => [name, pod('millrace', labels)]),
    ...[...servers].map(([name, labels]): [string, Party] => [name, pod(SERVERS_IN[overlay], labels)]),
    ['front', pod('ingress', {})],
    ['Prometheus', pod('monitoring', {})],
    ['DNS', pod('kube-system', { 'k8s-app': 'kube-dns' })],
    ['a pod of others that calls itself DNS', pod('others', { 'k8s-app': 'kube-dns' })],
    ['a pod of others', pod('others', { 'app.kubernetes.io/name': 'gateway' })],
    ['a pod beside the services', pod('millrace', { app: 'debug' })],
    // A service that nobody has written a policy for.
    [UNKNOWN, pod('millrace', { 'app.kubernetes.io/name': 'new', 'app.kubernetes.io/part-of': 'millrace' })],
    ['the internet', { address: '93.184.215.14' }],
    ['the internet by IPv6', { address: '2606:4700::7' }],
    ['the internet by NAT64', { address: '64:ff9b::93.184.215.14' }],
    ['metadata of the cloud', { address: '169.254.169.254' }],
    ...INTERNAL.map((address): [string, Party] => [`a host of the network, ${address}`, { address }]),
  ]);
}

const UNKNOWN = 'a service without a policy';
const WORLD = ['the internet', 'the internet by IPv6', 'the internet by NAT64'];
/** An address of each IPv4 network that is not the internet. */
const INTERNAL_IPV4 = [
  ...[
    '0.0.0.7',
    '10.1.2.3',
    '100.64.0.7',
    '127.0.0.1',
    '168.63.129.16',
    '169.254.169.254',
    '172.31.0.7',
    '192.0.0.170',
  ],
  ...['192.0.2.7', '192.88.99.7', '192.168.0.7', '198.19.0.7', '198.51.100.7', '203.0.113.7', '239.0.0.7', '250.0.0.7'],
];
/** The same by a translator, and of IPv6. */
const INTERNAL = [
  ...INTERNAL_IPV4,
  ...INTERNAL_IPV4.map((address) => `64:ff9b::${address}`),
  ...['::', '::1', 'fd00::7', 'fe80::7', 'ff02::7', '64:ff9b:1::10.1.2.3', '2001:0:1::7', '2001:db8::7', '3fff::7'],
  ...['2002:a01:203::1', '4000::7'],
];
const PORTS = [53, 80, 443, 3000, 4222, 6222, 6379, 8080, 8222, 27_017];
/** Where the servers take connections. */
const LISTENS: Readonly<Record<string, readonly number[]>> = {
  nats: [4222, 6222, 8222],
  redis: [6379],
  mongodb: [27_017],
};
const SERVERS = Object.keys(LISTENS);
const SERVICE_NAMES = SERVICES.map(({ name }) => name);
const REACHES_OUT = ['email-ingest', 'executor', 'webhook-dispatcher'];
const USES_REDIS = ['email-ingest', 'executor', 'gateway', 'scheduler', 'webhook-dispatcher'];
const USES_MONGODB = ['definitions', 'email-ingest', 'history', 'webhook-dispatcher'];

/** All that is allowed of what concerns a service or a server. */
function expected(overlay: (typeof OVERLAYS)[number], parties: ReadonlyMap<string, Party>): string[] {
  const lines = (from: readonly string[], to: readonly string[], ports: readonly number[] = PORTS) =>
    from.flatMap((one) => to.flatMap((other) => portsOf(other).filter((port) => ports.includes(port)).map((port) => `${one} > ${other}:${port}`))); // prettier-ignore
  // The policies know servers by their namespace, and in the evaluation that has everything in it.
  const beside = overlay === 'evaluation' ? ['a pod beside the services'] : [];
  // The servers of production are somebody else's, and so are policies for them.
  const anybody = [...parties.keys()].filter((name) => ![...SERVICE_NAMES, UNKNOWN].includes(name));
  return [
    ...lines(SERVICE_NAMES, ['DNS'], [53]),
    ...lines(SERVICE_NAMES, ['nats', ...beside], [4222, 8222]),
    ...lines(USES_REDIS, ['redis', ...beside], [6379]),
    ...lines(USES_MONGODB, ['mongodb', ...beside], [27_017]),
    ...lines(REACHES_OUT, WORLD),
    ...lines(['front'], ['gateway'], [3000]),
    ...lines(['Prometheus'], SERVICE_NAMES, [8080]),
    ...(overlay === 'production'
      ? [
          ...lines(SERVERS, anybody),
          ...lines(
            anybody.filter((name) => !SERVERS.includes(name)),
            SERVERS,
          ),
        ]
      : []),
  ].sort();
}

/** The ports on which something could be met. */
function portsOf(name: string): readonly number[] {
  return LISTENS[name] ?? PORTS;
}

/** Each connection from or to a service or a server that is allowed. */
function allowed(rules: NetworkRules, parties: ReadonlyMap<string, Party>): string[] {
  const ours = new Set([...SERVICE_NAMES, ...SERVERS]);
  const pairs = [...parties].flatMap((from) => [...parties].map((to) => [from, to] as const));
  return pairs
    .filter(([[from], [to]]) => ours.has(from) || ours.has(to))
    .flatMap(([[from, sender], [to, taker]]) =>
      portsOf(to)
        .filter((port) => rules.allows(sender, taker, port))
        .map((port) => `${from} > ${to}:${port}`),
    )
    .sort();
}

describe.each(OVERLAYS)('by the policies of %s', (overlay) => {
  it('everybody reaches what they have to, and nothing else', () => {
    const parties = partiesOf(overlay);
    expect(allowed(new NetworkRules(objects.get(overlay) ?? []), parties)).toEqual(expected(overlay, parties));
  });

  it('names are asked for by UDP too, and nothing else goes out by that', () => {
    const parties = partiesOf(overlay);
    const rules = new NetworkRules(objects.get(overlay) ?? []);
    for (const name of SERVICE_NAMES) {
      const reached = [...parties].filter(([, to]) => rules.allows(parties.get(name) as Party, to, 53, 'UDP'));
      const names = reached.map(([to]) => to);
      expect([name, names]).toEqual([name, REACHES_OUT.includes(name) ? ['DNS', ...WORLD] : ['DNS']]);
    }
  });
});

it('the doctor reaches servers, services and the internet, nobody reaches it, and to others services are as closed as without it', () => {
  const rules = new NetworkRules(objects.get('doctor') ?? []);
  const parties = partiesOf('production');
  expect(allowed(rules, parties)).toEqual(expected('production', parties));
  const [job] = of('doctor', 'CronJob');
  const { jobTemplate } = job?.['spec'] as {
    jobTemplate: { spec: { template: { metadata: { labels: Labels } } } };
  };
  const { labels } = jobTemplate.spec.template.metadata;
  const doctor: Party = { ...(parties.get('gateway') as Party & { labels: Labels }), labels };
  const ports = [...parties].map(([name, party]): [string, number[]] => [
    name,
    portsOf(name).filter((port) => rules.allows(doctor, party, port)),
  ]);
  expect(Object.fromEntries(ports.filter(([, reached]) => reached.length > 0))).toEqual({
    ...Object.fromEntries([...SERVICE_NAMES, UNKNOWN].map((name) => [name, [3000, 8080]])),
    ...{ nats: [4222, 8222], redis: [6379], mongodb: [27_017], DNS: [53] },
    ...Object.fromEntries(WORLD.map((name) => [name, PORTS])),
  });
  const callers = [...parties].filter(([, party]) => PORTS.some((port) => rules.allows(party, doctor, port)));
  expect(callers.map(([name]) => name)).toEqual([]);
});

it.each(OVERLAYS)('the job that prepares %s reaches the servers and nothing else, and nobody reaches it', (overlay) => {
  const rules = new NetworkRules(objects.get(overlay) ?? []);
  const parties = partiesOf(overlay);
  const labels = podsOf(overlay, 'Job').get('prepare') ?? {};
  const job: Party = { ...(parties.get('gateway') as Party & { labels: Labels }), labels };
  const reached = [...parties].flatMap(([name, party]) =>
    portsOf(name).flatMap((port) => (rules.allows(job, party, port) ? [`${name}:${port}`] : [])),
  );
  const ofServers = ['nats:4222', 'nats:8222', 'redis:6379', 'mongodb:27017'];
  // The policies know servers by their namespace, and in the evaluation that has everything in it.
  const beside = [4222, 6379, 8222, 27_017].map((port) => `a pod beside the services:${port}`);
  expect(reached.sort()).toEqual([...ofServers, 'DNS:53', ...(overlay === 'evaluation' ? beside : [])].sort());
  const callers = [...parties].filter(([, party]) => PORTS.some((port) => rules.allows(party, job, port)));
  expect(callers.map(([name]) => name)).toEqual([]);
});

it('without policies everybody reaches everything', () => {
  const parties = partiesOf('evaluation');
  const others = (objects.get('evaluation') ?? []).filter(({ kind }) => kind !== 'NetworkPolicy');
  const ports = [...parties.keys()].reduce((sum, name) => sum + portsOf(name).length, 0);
  const listened = SERVERS.reduce((sum, name) => sum + portsOf(name).length, 0);
  const ours = SERVICE_NAMES.length * PORTS.length + listened;
  const theirs = parties.size - SERVICE_NAMES.length - SERVERS.length;
  // From each of ours to all, and from each of the others to ours.
  const expectedCount = (SERVICE_NAMES.length + SERVERS.length) * ports + theirs * ours;
  expect(allowed(new NetworkRules(others), parties)).toHaveLength(expectedCount);
});

it('what the rules of a policy say that is not understood here is no permission', () => {
  const rule = { from: [{ namespaceSelector: { matchExpressions: [] } }] };
  const spec = { podSelector: {}, policyTypes: ['Ingress'], ingress: [rule] };
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'x', namespace: 'millrace' },
    spec,
  };
  const parties = partiesOf('production');
  const rules = new NetworkRules([policy]);
  expect(() => rules.allows(parties.get('front') as Party, parties.get('gateway') as Party, 80)).toThrow(
    'matchExpressions',
  );
});
