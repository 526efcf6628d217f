import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMasterKeys } from '@millrace/service-kit/sealing';
import { hasMasterKeys, MASTER_KEYS_FOLDER } from '../src/kubernetes/container-settings.js';
import { passwordVariable } from '../src/kubernetes/nats-users.js';
import { CHARTS, masterKeys } from '../src/kubernetes/secrets.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

/* The commands of docs/operate.md that change the master keys of a cluster, without the cluster. */

const page = readFileSync(join(REPOSITORY, 'docs', 'operate.md'), 'utf8');

function blockOf(mark: string): string {
  const [, text = ''] = new RegExp(`<!-- ${mark} -->\n\n *\`\`\`sh\n([^]*?)\n *\`\`\``).exec(page) ?? [];
  return text;
}

/** Words of the commands of a block, lines that go on joined. */
function wordsOf(text: string): string[][] {
  const lines = text.replaceAll(/ \\\n\s*/g, ' ').split('\n');
  return lines.map((line) => line.trim().split(' '));
}

it('NATS is upgraded with what it is installed with', () => {
  const deploy = readFileSync(join(REPOSITORY, 'docs', 'deploy.md'), 'utf8');
  const [, installed = ''] = /```sh\n(helm install nats [^]*?)\n```/.exec(deploy) ?? [];
  const [upgrade] = wordsOf(blockOf('nats upgrade'));
  expect(upgrade).toEqual(wordsOf(installed)[0]?.with(1, 'upgrade'));
});

/** What the patches of a block set, in their order. */
function patched(mark: string): Record<string, string>[] {
  const show = 'show() { while [ "$1" != --patch ]; do shift; done; printf \'%s\\n\' "$2"; }\n';
  const commands = blockOf(mark).replaceAll(/^ *kubectl /gm, 'show ');
  const printed = execFileSync('sh', ['-euc', show + commands], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return printed.map((one) => (JSON.parse(one) as { stringData: Record<string, string> }).stringData);
}
/** Begins with a letter: what begins like a number NATS reads as one. */
const PASSWORD = /^p[0-9a-f]{48}$/;

it('a new user of NATS gets a password that is read as text', () => {
  expect(patched('password of a new user')).toEqual([{ PASSWORD_NEW: expect.stringMatching(PASSWORD) as string }]);
});

it('a password of NATS that is changed is the same in both Secrets', () => {
  const [servers = {}, service] = patched('password');
  const name = passwordVariable('gateway');
  expect(servers).toEqual({ [name]: expect.stringMatching(PASSWORD) as string });
  expect(service).toEqual({ MILLRACE_NATS_URL: `nats://gateway:${servers[name]}@${CHARTS.nats}` });
});

it('the commands of NATS name its namespace once', () => {
  const text = blockOf('nats context');
  expect(text).toMatch(/^SERVERS=millrace-servers /);
  expect(CHARTS.namespaces?.servers).toBe('millrace-servers');
  expect([...text.matchAll(/kubectl -n (\S+)/g)].map(([, name]) => name)).toEqual(['"$SERVERS"', '"$SERVERS"']);
});

describe('a new master key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-keys-'));
  const file = join(folder, 'master-keys');
  /** What a block does to the file that is in the folder already. */
  const run = (mark: string) => {
    const lines = blockOf(mark).split('\n');
    const local = lines.filter((line) => !/kubectl|mktemp/.test(line)).join('\n');
    execFileSync('sh', ['-euc', local], { cwd: folder });
    return parseMasterKeys(readFileSync(file, 'utf8')).map(({ id }) => id);
  };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['as it is made at first', masterKeys()],
    ['without a line break at its end', `${masterKeys().trimEnd()}\nold ${'A'.repeat(43)}=`],
  ])('is the last one of a file %s, and the first one later', (_what, text) => {
    writeFileSync(file, text);
    const before = parseMasterKeys(text).map(({ id }) => id);
    const added = run('key: last');
    expect(added.slice(0, -1)).toEqual(before);
    expect(added).toHaveLength(before.length + 1);
    expect(run('key: first')).toEqual([added.at(-1), ...before]);
  });
});

it('it is waited for in the pods of each service that has the file, where they have it', () => {
  const text = blockOf('key: everywhere');
  const [, names = ''] = /name in \(([^)]*)\)/.exec(text) ?? [];
  expect(names.split(',').toSorted()).toEqual(
    SERVICES.filter(hasMasterKeys)
      .map(({ name }) => name)
      .toSorted(),
  );
  expect(text).toContain(`cat ${MASTER_KEYS_FOLDER}/master-keys `);
});
