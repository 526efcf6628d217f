import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { baseFiles } from '../src/kubernetes/base-files.js';
import { doctorOf } from '../src/kubernetes/doctor.js';
import { SERVER_PORTS } from '../src/kubernetes/network.js';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import { newSecrets } from '../src/kubernetes/secrets.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* What the doctor in a cluster gets, and whether it is there: docs/operate.md. */

interface Reference {
  readonly name: string;
  readonly key: string;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: Reference; readonly configMapKeyRef?: Reference };
}

const objectsOf = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
const made = doctorOf(SERVICES, '1.0.0');
const job = made.find(({ kind }) => kind === 'CronJob')?.['spec'] as {
  jobTemplate: { spec: { template: { spec: { containers: [{ env: readonly Variable[] }] } } } };
};
const variables = job.jobTemplate.spec.template.spec.containers[0].env;
const valueOf = (name: string) => variables.find((variable) => variable.name === name)?.value ?? '';
const recordOf = (name: string) => JSON.parse(valueOf(name)) as Record<string, string>;
const names = SERVICES.map(({ name }) => name);

it('it gets each setting that the page names for it', () => {
  const page = readFileSync(join(REPOSITORY, 'docs', 'operate.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => /^\| `MILLRACE_/.test(line) && !/\| for `(?:profile|drain)`:/.test(line));
  const documented = rows.flatMap((line) => (line.split(' | ')[0] ?? '').match(/MILLRACE_\w+/g) ?? []);
  const told = variables.map(({ name }) => name).filter((name) => name.startsWith('MILLRACE_'));
  expect(told.sort()).toEqual(documented.sort());
  expect(told.length).toBeGreaterThan(8);
});

it('what is secret comes from keys that the Secrets have, and the rest from settings of services', () => {
  const secrets = new Map(
    objectsOf(newSecrets(SERVICES).text).map(({ metadata, stringData }) => [metadata.name, stringData as object]),
  );
  const settings = new Set(SERVICES.flatMap((service) => service.settings.map(({ name }) => name)));
  for (const { valueFrom } of variables) {
    const { secretKeyRef: secret, configMapKeyRef: setting } = valueFrom ?? {};
    if (secret !== undefined) expect(Object.keys(secrets.get(secret.name) ?? {})).toContain(secret.key);
    if (setting !== undefined) expect([...settings]).toContain(setting.key);
  }
});

it('it has the address of NATS with the user of each service, from variables that come before', () => {
  const urls = recordOf('MILLRACE_NATS_URLS');
  expect(Object.keys(urls).sort()).toEqual([...names].sort());
  const all = variables.map(({ name }) => name);
  for (const [service, text] of Object.entries(urls)) {
    const [, variable = ''] = /^\$\((\w+)\)$/.exec(text) ?? [];
    const from = variables.find(({ name }) => name === variable)?.valueFrom?.secretKeyRef;
    expect(from).toEqual({ name: `millrace-${service}`, key: 'MILLRACE_NATS_URL' });
    expect(all.indexOf(variable)).toBeLessThan(all.indexOf('MILLRACE_NATS_URLS'));
  }
});

it('it is let out to every port of the servers, the pages of NATS too', () => {
  const policy = made.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'doctor')?.[
    'spec'
  ] as {
    egress: readonly { to?: readonly { namespaceSelector?: object }[]; ports?: readonly { port: number }[] }[];
  };
  const rule = policy.egress.find(({ to }) => JSON.stringify(to).includes('millrace/servers'));
  expect(rule?.ports?.map(({ port }) => port).sort()).toEqual(Object.values(SERVER_PORTS).flat().sort());
});

it('it asks services by names and ports that there are', () => {
  const files = baseFiles(SERVICES, '1.0.0');
  const there = names.flatMap((name) => objectsOf(files.get(`base/${name}.yaml`) ?? '')).filter(isService);
  const ports = new Map(there.map(({ metadata, spec }) => [metadata.name, spec.ports.map(({ port }) => port)]));
  const health = recordOf('MILLRACE_HEALTH_URLS');
  expect(Object.keys(health).sort()).toEqual([...names].sort());
  for (const text of [...Object.values(health), valueOf('MILLRACE_API_URL')]) {
    const { hostname, port } = new URL(text);
    expect([text, ports.get(hostname)]).toEqual([text, [Number(port || 80)]]);
  }
});

function isService(object: KubernetesObject): object is KubernetesObject & { spec: { ports: { port: number }[] } } {
  return object.kind === 'Service';
}
