import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeDamagedConsumers } from '../src/servers/damaged-consumers.mjs';
import { temporaryFolder } from './temporary-folder.js';

const data = temporaryFolder();

function consumer(name: string, meta: Buffer | string, state: Buffer): string {
  const folder = join(data, 'jetstream', '$G', 'streams', 'RUNS', 'obs', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'meta.inf'), meta);
  writeFileSync(join(folder, 'o.dat'), state);
  return folder;
}

test('consumers whose files are empty or zeros are removed, and no others', () => {
  const [good, state] = ['{"Name":"x"}', Buffer.from([22, 1, 0])];
  const damaged = [
    consumer('empty', '', state),
    consumer('zeros', Buffer.alloc(100), state),
    consumer('state', good, Buffer.alloc(8)),
  ];
  const kept = [consumer('whole', good, state), consumer('new', good, Buffer.alloc(0))];
  expect(listedByRunbook().sort()).toEqual([...damaged].sort());
  expect(removeDamagedConsumers(data).sort()).toEqual(damaged.sort());
  expect([...damaged, ...kept].map((folder) => existsSync(folder))).toEqual([false, false, false, true, true]);
  expect(removeDamagedConsumers(join(data, 'missing'))).toEqual([]);
});

/** What the command of the runbook for clusters prints. */
function listedByRunbook(): string[] {
  const page = readFileSync(join(__dirname, '../../../docs/runbooks/damaged-consumers.md'), 'utf8');
  const [, command = ''] = page.match(/```sh\n([^]*?)```/) ?? [];
  const here = command.replace('/data/jetstream', join(data, 'jetstream'));
  expect(here).not.toBe(command);
  return execFileSync('sh', ['-c', here], { encoding: 'utf8' }).trim().split('\n');
}
