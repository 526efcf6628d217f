import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { composeFile } from '../src/compose/compose-file.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* What keeps an installation by Compose up and closed, in what its file is made of: its schema allows every value. */

interface ComposeService {
  readonly mem_limit?: string;
  readonly restart?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly unknown[];
}

const { services } = parse(composeFile(SERVICES, '1.0.0')) as { services: Record<string, ComposeService> };
const OURS = [...SERVICES.map(({ name }) => name), 'ops'];
/** By these a container gets what restricting it has taken away. */
const LOOSENING = ['privileged', 'cap_add', 'network_mode', 'pid', 'ipc', 'userns_mode', 'devices', 'group_add'];

it.each(OURS)('%s is not root, gets no rights, and writes to /tmp alone', (name) => {
  expect(services[name]).toMatchObject({
    user: '1000:1000',
    read_only: true,
    tmpfs: ['/tmp:size=64m'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  expect(services[name]?.volumes).toBeUndefined();
});

it('nothing gets rights back, and each has a limit of memory', () => {
  for (const [name, service] of Object.entries(services)) {
    expect([name, Object.keys(service).filter((key) => LOOSENING.includes(key))]).toEqual([name, []]);
    expect([name, service.mem_limit]).toEqual([name, expect.stringMatching(/^\d+m$/)]);
  }
});

it('what ends is started again, also with the machine; the operator’s program is not', () => {
  const again = Object.entries(services).filter(([, { restart }]) => restart === 'unless-stopped');
  expect(again.map(([name]) => name).sort()).toEqual(
    Object.keys(services)
      .filter((name) => name !== 'ops')
      .sort(),
  );
});

it('the master keys are mounted where they are needed alone', () => {
  const having = Object.entries(services).filter(([, { secrets }]) => JSON.stringify(secrets ?? []).includes('master'));
  const needing = SERVICES.filter(({ settings }) => settings.some(({ name }) => name === 'MILLRACE_MASTER_KEYS_FILE'));
  expect(having.map(([name]) => name).sort()).toEqual([...needing.map(({ name }) => name), 'ops'].sort());
});

it('its servers ask for passwords, and throw nothing away', () => {
  const { redis, mongodb } = services;
  expect(redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  expect(redis?.command?.join(' ')).toContain('--requirepass "$$PASSWORD"');
  // With a file of keys members have to know each other, and clients have to log in.
  expect(mongodb?.command?.join(' ')).toContain('--keyFile ');
  expect(Object.keys(mongodb?.environment ?? {})).toContain('MONGO_INITDB_ROOT_PASSWORD');
  const volumes = Object.values(services).flatMap(({ volumes: own = [] }) => own);
  expect(volumes).toEqual(expect.arrayContaining(['nats:/data', 'redis:/data', 'mongodb:/data/db']));
});

it('its NATS knows the users, keeps what it has on its volume, and writes to disk each second', () => {
  const configuration = readFileSync(join(REPOSITORY, 'deploy/compose/nats.conf'), 'utf8');
  expect(configuration).toMatch(/^include "users\.conf"$/m);
  expect(configuration).toMatch(/^jetstream \{ store_dir: "\/data", .* sync_interval: "1s" \}$/m);
});
