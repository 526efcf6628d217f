import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { secretOf } from '../src/kubernetes/container-settings.js';
import { externalSecrets, STORE } from '../src/kubernetes/external-secrets.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* Commands of docs/deploy.md: that they are complete, and in an order in which each finds what it needs. They are not run. */

const page = readFileSync(join(REPOSITORY, 'docs', 'deploy.md'), 'utf8');
const names = SERVICES.map(({ name }) => name);

/** The block behind a mark, without the indentation of its list. */
function blockOf(mark: string, language: string): string {
  const [, indent = '', text = ''] =
    new RegExp(`<!-- ${mark} -->\n\n( *)\`\`\`${language}\n([^]*?)\n *\`\`\``).exec(page) ?? [];
  return text.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}

function loopsOf(text: string): string[][] {
  return [...text.matchAll(/^ *for \w+ in ([a-z -]+); do$/gm)].map(([, list = '']) => list.split(' '));
}

it('images are built, loaded and pushed of all services, and of the operator’s program', () => {
  const [, section = ''] = /\n## Images\n([^]*?)\n## /.exec(page) ?? [];
  const loops = loopsOf(section);
  expect(loops).toHaveLength(3);
  for (const loop of loops) expect(loop.toSorted()).toEqual([...names, 'ops'].toSorted());
  // Loading and pushing are alternatives: each has a block of its own.
  const blocks = [...section.matchAll(/```sh\n([^]*?)```/g)].map(([, text = '']) => text);
  expect(blocks.filter((text) => loopsOf(text).length > 0)).toHaveLength(3);
});

it('images have the version of the checkout as their tag, so that an upgrade leaves those of before alone', () => {
  const [, section = ''] = /\n## Images\n([^]*?)\n## /.exec(page) ?? [];
  const tags = [...section.matchAll(/\bmillrace\/(?:\$app|[a-z-]+):([^\s`,]+)/g)].map(([, tag = '']) => tag);
  expect(tags.length).toBeGreaterThan(6);
  expect(new Set(tags)).toEqual(new Set(['$VERSION']));
  const [, program = ''] = /VERSION=\$\(node -p "(.*)"\)/.exec(section) ?? [];
  const printed = execFileSync(process.execPath, ['-p', program], { cwd: REPOSITORY, encoding: 'utf8' });
  const overlay = readFileSync(join(REPOSITORY, 'k8s/base/gateway.yaml'), 'utf8');
  expect(overlay).toContain(`image: millrace/gateway:${printed.trim()}`);
});

it('without autoscaling each service gets two replicas', () => {
  const { replicas } = parse(blockOf('replicas', 'yaml')) as { replicas: { name: string; count: number }[] };
  expect(replicas.map(({ name }) => name)).toEqual(names.toSorted());
  expect(new Set(replicas.map(({ count }) => count))).toEqual(new Set([2]));
});

it('what the page turns off and on for Helm is in the values of production, the other way round', () => {
  const [, section = ''] = /\n## Helm\n([^]*?)\n\| values/.exec(page) ?? [];
  const named = [...section.matchAll(/`(\w+): \{ (\w+): (true|false) \}`/g)];
  expect(named).toHaveLength(4);
  const valuesOf = (file: string) =>
    parse(readFileSync(join(REPOSITORY, 'k8s/helm/millrace', file), 'utf8')) as Record<string, Record<string, unknown>>;
  const [defaults, production] = [valuesOf('values.yaml'), valuesOf('values-production.yaml')];
  for (const [text, name = '', key = '', value] of named)
    expect([text, { ...defaults[name], ...production[name] }[key]]).toEqual([text, value !== 'true']);
});

it('the example of a store is the one that the ExternalSecrets name, and each of their entries is made', () => {
  const store = parse(blockOf('store', 'yaml')) as { kind: string; apiVersion: string; metadata: { name: string } };
  expect({ kind: store.kind, name: store.metadata.name }).toEqual(STORE);
  const wanted = externalSecrets(SERVICES);
  expect(wanted.map(({ apiVersion }) => apiVersion)).toEqual(wanted.map(() => store.apiVersion));
  const [moved = []] = loopsOf(blockOf('moved', 'sh'));
  expect(moved.map((name) => secretOf(name)).toSorted()).toEqual(
    wanted.map(({ metadata }) => metadata.name).toSorted(),
  );
});

it.each([
  ['keda', 'keda/releases/download/v', '/keda-'],
  ['gatewayApi', 'gateway-api/releases/download/v', '/standard-install.yaml'],
  ['externalSecrets', 'external-secrets external-secrets --version ', ' --repo'],
])('%s is installed in the version that the tests use', (module, before, after) => {
  const source = readFileSync(join(REPOSITORY, 'deploy/local/src/testing/control-plane.mjs'), 'utf8');
  const sources = source.replace('keda: KEDA', /KEDA = (\{[^}]*\})/.exec(source)?.[1]?.replace(/^/, 'keda: ') ?? '');
  const [, version = 'none'] = new RegExp(`${module}: \\{[^}]*version: 'v([\\d.]+)'`).exec(sources) ?? [];
  expect(blockOf('extensions', 'sh')).toContain(`${before}${version}${after}`);
});

it('the Gateway is the one that the route of the overlay belongs to', () => {
  const gateway = parse(blockOf('gateway', 'yaml')) as { metadata: object };
  const route = readFileSync(join(REPOSITORY, 'k8s/components/gateway-api/route.yaml'), 'utf8');
  const { spec } = parse(route) as { spec: { parentRefs: object[] } };
  expect(spec.parentRefs).toEqual([gateway.metadata]);
});

it('a file that a command reads is in the repository, or the page says before which block it is or which command writes it', () => {
  const commands = [...page.matchAll(/```sh\n([^]*?)```/g)];
  const read = commands.flatMap(({ 1: text = '', index }) =>
    [...text.matchAll(/(?:-f|--values) ([\w./-]+\.yaml)\b/g)].map(({ 1: file = '' }) => ({ file, index })),
  );
  expect(read.length).toBeGreaterThan(5);
  const missing = read.filter(({ file, index }) => {
    const before = page.slice(0, index);
    const isSaved = new RegExp(`([Ss]ave (it|this|them)|replica set, )[^\n]*as \`${file}\``).test(before);
    const isWritten = new RegExp(`--production ${file}|cp \\S+ ${file}`).test(page.slice(0, index + 600));
    return !existsSync(join(REPOSITORY, file)) && !isSaved && !isWritten;
  });
  expect(missing.map(({ file }) => file)).toEqual([]);
});

it('the steps of production are in an order in which each finds what it needs', () => {
  const [, section = ''] = /\n## Production\n([^]*?)\n### /.exec(page) ?? [];
  const steps = [
    '#extensions-of-the-cluster',
    '[build them](#images)',
    'kubectl create namespace millrace-servers',
    '--production secrets-production.yaml',
    'label namespace millrace-servers millrace/servers=true',
    'apply -f k8s/overlays/production/namespace.yaml -f secrets-production.yaml',
    '(#nats-by-its-own-chart)',
    'rollout status statefulset/nats',
    'wait mongodbcommunity/mongodb',
    'rollout status statefulset/redis',
    'cp -r k8s/overlays/production k8s/overlays/mine',
    '<!-- additions -->',
    'kubectl apply -k k8s/overlays/mine',
    'wait --for=condition=available deployment --all',
    'job --from=cronjob/doctor',
  ];
  const places = steps.map((step) => section.indexOf(step));
  expect(steps.filter((_, index) => (places[index] ?? -1) < 0)).toEqual([]);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
});
