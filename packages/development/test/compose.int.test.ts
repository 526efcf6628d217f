import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { natsUsers } from '@millrace/messaging';
import type { DescribedManifest } from '@millrace/service-kit/manifest';
import { freePort, startNats, type OwnServer } from '@millrace/testing';
import { AuthorizationError, connect } from '@nats-io/transport-node';
import { parse } from 'yaml';
import { composeFile } from '../src/compose/compose-file.js';
import { composeSecrets } from '../src/compose/secrets.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

interface ComposeService {
  readonly environment: Readonly<Record<string, string | null>>;
  readonly depends_on: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck: { readonly test: readonly string[]; readonly disable?: boolean };
  readonly profiles?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly args: { readonly APP: string } };
  readonly volumes?: readonly string[];
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
}

const fileOf = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const { version } = JSON.parse(fileOf('package.json')) as { version: string };
const written = fileOf('deploy/compose.yaml');
const { name, services, secrets, volumes } = parse(written) as {
  name: string;
  services: Record<string, ComposeService>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, object>;
};
const { files } = composeSecrets();
const variables = Object.fromEntries(
  (files.get('.env') ?? '')
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

/** As Compose fills in variables: `${NAME}`, `${NAME:-default}`, which may have one of its own, and `${NAME:?what it says}`. */
function filledIn(text: string): string {
  const innermost = /\$\{(\w+)(?::([-?])([^${}]*))?\}/;
  for (let found = innermost.exec(text); found !== null; found = innermost.exec(text)) {
    const [whole, name = '', kind, rest = ''] = found;
    const value = variables[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name} is not set`);
    text = text.replace(whole, () => value);
  }
  return text;
}

function environmentOf(name: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(services[name]?.environment ?? {}).flatMap(([key, value]) =>
      value === null ? [] : [[key, filledIn(value)]],
    ),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-compose-'));
const keys = join(folder, 'master-keys');
writeFileSync(keys, files.get('compose/secrets/master-keys') ?? '', { mode: 0o600 });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('deploy/compose.yaml is as the manifests of the services have it (npm run kubernetes)', () => {
  expect(written).toBe(composeFile(SERVICES, version));
});

it('leads from its own folder to all that it mounts and builds of', () => {
  const deploy = join(REPOSITORY, 'deploy');
  const mounted = Object.values(services)
    .flatMap(({ volumes: own = [] }) => own.map((volume) => volume.split(':')[0] ?? ''))
    .filter((source) => source.startsWith('.'));
  expect(mounted.map((path) => relative(REPOSITORY, join(deploy, path))).sort()).toEqual([
    'deploy/compose/nats.conf',
    'k8s/components/servers/users.conf',
  ]);
  for (const path of mounted) expect([path, existsSync(join(deploy, path))]).toEqual([path, true]);
  const built = Object.values(services).flatMap(({ build }) => (build === undefined ? [] : [build]));
  expect(built).toHaveLength(SERVICES.length + 1);
  for (const { context, dockerfile } of built) {
    expect(relative(REPOSITORY, join(deploy, context))).toBe('');
    expect(existsSync(join(deploy, context, dockerfile))).toBe(true);
  }
  const ofWorkflows = Object.values(services).flatMap(({ env_file: own = [] }) => own);
  expect(ofWorkflows.length).toBeGreaterThan(0);
  for (const file of ofWorkflows) expect(file).toEqual({ path: './compose/workflow.env', required: false });
});

it('says what makes a variable that it cannot do without', () => {
  const needed = [...written.matchAll(/\$\{(\w+):\?([^}]*)\}/g)];
  expect(new Set(needed.map(([, variable]) => variable))).toEqual(
    new Set(Object.keys(variables).filter((variable) => variable !== '')),
  );
  expect(new Set(needed.map(([, , message]) => message))).toEqual(new Set(['npm run compose:secrets makes it']));
});

it('is of the project whose volumes an installation has, and which the page backs up', () => {
  // Another name would begin with an empty database beside the one that is there.
  expect(name).toBe('millrace-platform');
  const page = fileOf('docs/operate.md');
  expect(page).toContain(`for NAME in ${Object.keys(volumes).join(' ')}; do`);
  expect(page).toContain(`-v ${name}_$NAME:/from:ro`);
});

describe.each(SERVICES)('$name', ({ name, settings }) => {
  it('has each of its settings, and starts with those that have a value', () => {
    const known = settings.map((setting) => setting.name).filter((setting) => setting !== 'MILLRACE_DATA_DIRS');
    const given = Object.keys(services[name]?.environment ?? {}).filter((key) => /^(?:MILLRACE|OTEL)_/.test(key));
    expect(given.sort()).toEqual(known.sort());
    const { manifest } = jest.requireActual<{ manifest: DescribedManifest }>(
      join(REPOSITORY, 'apps', name, 'src/manifest.ts'),
    );
    const environment = environmentOf(name);
    // The file of the keys is read; here it is where the secrets were made.
    const here = 'MILLRACE_MASTER_KEYS_FILE' in environment ? { MILLRACE_MASTER_KEYS_FILE: keys } : {};
    expect(manifest.settings.safeParse({ ...environment, ...here }).error).toBeUndefined();
  });

  it('waits for the servers that it needs, says whether it is ready, and is built of its own sources', () => {
    const { depends_on: servers = {}, healthcheck, build } = services[name] ?? {};
    for (const [server, { condition }] of Object.entries(servers)) {
      expect([condition, services[server]?.healthcheck.test.length]).toEqual(['service_healthy', expect.any(Number)]);
    }
    expect(Object.keys(servers)).toContain('nats');
    expect(healthcheck?.test.join(' ')).toContain('/health/ready');
    // Podman cuts arguments up at spaces.
    expect(healthcheck?.test.filter((word) => word.includes(' '))).toEqual([]);
    expect(build?.args.APP).toBe(name);
  });
});

describe("the operator's program", () => {
  const { ops } = services;
  const told = ops?.environment ?? {};
  const names = SERVICES.map(({ name }) => name).sort();
  const recordOf = (setting: string) => JSON.parse(environmentOf('ops')[setting] ?? '') as Record<string, string>;

  it('is started by its name alone, takes words, and has no more rights than a service', () => {
    const { profiles, entrypoint, build, ports, healthcheck } = ops ?? {};
    expect([profiles, entrypoint, build?.args.APP, ports]).toEqual([
      ['ops'],
      ['node', 'dist/main.js'],
      'ops',
      undefined,
    ]);
    // The image's own asks an operations port, which it has none of.
    expect(healthcheck).toEqual({ disable: true });
    const rightsOf = (service: object = {}) =>
      Object.entries(service).filter(([key]) =>
        ['user', 'read_only', 'tmpfs', 'cap_drop', 'security_opt', 'secrets'].includes(key),
      );
    expect(rightsOf(ops)).toEqual(rightsOf(services['definitions']));
    expect(rightsOf(ops)).toHaveLength(6);
  });

  it('gets each setting that docs/operate.md names, and can read them', () => {
    const rows = fileOf('docs/operate.md')
      .split('\n')
      .filter((line) => line.startsWith('| `MILLRACE_'));
    const documented = rows.flatMap((line) => (line.split(' | ')[0] ?? '').match(/MILLRACE_\w+/g) ?? []);
    expect(Object.keys(told).sort()).toEqual([...new Set(documented)].sort());
    const { readConfig } = jest.requireActual<{ readConfig: (env: NodeJS.ProcessEnv) => object }>(
      join(REPOSITORY, 'packages/ops/src/config.ts'),
    );
    expect(readConfig(environmentOf('ops'))).toMatchObject({ apiUrl: 'http://gateway:3000/v1' });
  });

  it('gets servers and secrets as the services do', () => {
    for (const setting of [
      'MILLRACE_OPERATOR_TOKEN',
      'MILLRACE_NATS_URL',
      'MILLRACE_NATS_MONITOR_URL',
      'MILLRACE_REDIS_URL',
    ])
      expect([setting, told[setting]]).toEqual([setting, services['gateway']?.environment[setting]]);
    for (const setting of ['MILLRACE_MONGODB_URL', 'MILLRACE_MASTER_KEYS_FILE'])
      expect([setting, told[setting]]).toEqual([setting, services['definitions']?.environment[setting]]);
    const urls = names.map((name) => [name, environmentOf(name)['MILLRACE_NATS_URL']]);
    expect(recordOf('MILLRACE_NATS_URLS')).toEqual(Object.fromEntries(urls));
  });

  it('asks services by names and ports that they have', () => {
    const health = names.map((name) => [name, `http://${name}:${environmentOf(name)['MILLRACE_HEALTH_PORT']}`]);
    expect(recordOf('MILLRACE_HEALTH_URLS')).toEqual(Object.fromEntries(health));
    expect(told['MILLRACE_API_URL']).toBe(`http://gateway:${environmentOf('gateway')['MILLRACE_PORT']}/v1`);
    // A default that leads to the machine itself leads nowhere from here: only what somebody has set is tried.
    expect(told['MILLRACE_PUBLIC_URL']).toBeNull();
  });
});

it('gives everything time to end, since some engines kill at once what says nothing of it', () => {
  const seconds = Object.entries(services).map(([name, { stop_grace_period: grace = '0s' }]) => [
    name,
    parseInt(grace),
  ]);
  expect(seconds.filter(([, grace]) => Number(grace) < 30)).toEqual([]);
});

it('publishes ports on the loopback alone, and no server', () => {
  const published = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
  expect(published.map(([name]) => name).sort()).toEqual(['gateway', 'mail']);
  for (const [, port] of published) expect(port).toMatch(/^127\.0\.0\.1:/);
});

it.each(['redis', 'mongodb'])('puts no password on the command line by which it looks at %s', (name) => {
  const [, command = ''] = services[name]?.healthcheck.test ?? [];
  const program = /\b(?:mongosh|redis-cli)\b/.exec(command)?.[0] ?? '';
  writeFileSync(join(folder, program), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o700 });
  const passwords = { PASSWORD: 'of-the-server', MONGO_INITDB_ROOT_PASSWORD: 'of-the-server' };
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, ...passwords };
  // As Compose writes a dollar; without what is behind the program.
  const script = command.replaceAll('$$', '$').replace(/ \|[^|"]*$/, '');
  const { stdout, stderr } = spawnSync('sh', ['-c', script], { env, encoding: 'utf8' });
  expect([stdout.length > 0, stderr]).toEqual([true, '']);
  expect(stdout).not.toContain('of-the-server');
});

it('has files for all its secrets, and no value of one is in it', () => {
  const made = [...files.keys()].filter((path) => path.startsWith('compose/secrets/')).map((path) => `./${path}`);
  expect(
    Object.values(secrets)
      .map(({ file }) => file)
      .sort(),
  ).toEqual(made.sort());
  expect(written).not.toMatch(/p[0-9a-f]{48}/);
});

describe('its NATS', () => {
  let nats: OwnServer;
  beforeAll(async () => {
    const port = await freePort();
    const configuration = fileOf('deploy/compose/nats.conf')
      .replace('"0.0.0.0:4222"', `"127.0.0.1:${port}"`)
      .replace(/^http:.*$/m, '')
      .replace('"/data"', '"<data>"')
      .replace('8G', '1G');
    const users = fileOf('k8s/components/servers/users.conf');
    const env = Object.fromEntries(
      Object.entries(services['nats']?.environment ?? {}).map(([key, value]) => [key, filledIn(value ?? '')]),
    );
    nats = await startNats({ port, given: { files: { 'nats.conf': configuration, 'users.conf': users }, env } });
  });
  afterAll(() => nats.stop());

  it.each(natsUsers().map(({ user }) => user))('lets %s in by the address that it gets', async (user) => {
    const { username, password } = new URL(environmentOf(user)['MILLRACE_NATS_URL'] ?? '');
    expect(username).toBe(user);
    const connection = await connect({ servers: nats.url, user, pass: password, inboxPrefix: `_INBOX.${user}` });
    expect(connection.info?.jetstream).toBe(true);
    await connection.close();
  });

  it('lets nobody in without a password, or with that of another', async () => {
    const { password: pass } = new URL(environmentOf('gateway')['MILLRACE_NATS_URL'] ?? '');
    for (const wrong of [{}, { user: 'history', pass }])
      await expect(connect({ servers: nats.url, reconnect: false, ...wrong })).rejects.toBeInstanceOf(
        AuthorizationError,
      );
  });
});
