import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { identityOf } from '../src/processes/identity.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
let number = 0;

/** A home with a file in each folder that a backup has, and one that it has not. */
function aHome(): string {
  const home = join(folder, String((number += 1)));
  for (const name of ['data/nats', 'data/redis', 'data/mongodb', 'secrets', 'logs']) {
    mkdirSync(join(home, name), { recursive: true });
    writeFileSync(join(home, name, 'file'), `${name} of the installation`, { mode: 0o600 });
  }
  return home;
}

function run(script: 'backup' | 'restore', home: string, ...args: string[]) {
  const program = join(import.meta.dirname, '..', `${script}.mjs`);
  const env = { PATH: process.env['PATH'], MILLRACE_HOME: home };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Restores as somebody who may only make files for himself, and is not root: tar keeps permissions by itself for root alone. */
function restoreAsAnybody(home: string, archive: string): number | null {
  const env = { PATH: process.env['PATH'], MILLRACE_HOME: home, TAR_OPTIONS: '--no-same-permissions' };
  const program = join(import.meta.dirname, '..', 'restore.mjs');
  const command = ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, program, archive, '--replace'];
  return spawnSync('sh', command, { env }).status;
}

const contentOf = (home: string, name: string) => readFileSync(join(home, name, 'file'), 'utf8');
const archiveIn = (home: string) => join(home, 'backup.tar.gz');

function backedUp(home: string): string {
  expect(run('backup', home, archiveIn(home))).toMatchObject({ status: 0, stderr: '' });
  return archiveIn(home);
}

it('a backup makes the folder that it is to be in, and says why when it cannot', () => {
  const home = aHome();
  const archive = join(folder, 'backups', 'of-today', 'millrace.tar.gz');
  expect(run('backup', home, archive)).toMatchObject({ status: 0, stderr: '' });
  expect(statSync(join(folder, 'backups')).mode & 0o777).toBe(0o700);
  const { status, stderr } = run('backup', home, join(archive, 'millrace.tar.gz'));
  expect(status).toBe(1);
  expect(stderr).toMatch(/^The folder .*millrace\.tar\.gz cannot be made: /);
  expect(stderr).not.toContain('at ');
});

it('a backup has what cannot be made anew, and is for its owner alone', () => {
  const home = aHome();
  const archive = backedUp(home);
  expect(statSync(archive).mode & 0o777).toBe(0o600);
  expect(readdirSync(home).sort()).toEqual(['backup.tar.gz', 'data', 'logs', 'secrets']);
  for (const name of ['data', 'secrets']) rmSync(join(home, name), { recursive: true });
  expect(run('restore', home, archive)).toMatchObject({ status: 0, stderr: '' });
  for (const name of ['data/nats', 'data/redis', 'data/mongodb', 'secrets'])
    expect(contentOf(home, name)).toBe(`${name} of the installation`);
  expect(statSync(join(home, 'secrets', 'file')).mode & 0o777).toBe(0o600);
  expect(readdirSync(home).sort()).toEqual(['backup.tar.gz', 'data', 'logs', 'secrets']);

  const other = join(folder, 'another-machine');
  expect(run('restore', other, archive).status).toBe(0);
  expect(readdirSync(other).sort()).toEqual(['data', 'secrets']);
});

it('a restore replaces data only when it is asked to', () => {
  const home = aHome();
  const archive = backedUp(home);
  writeFileSync(join(home, 'data', 'nats', 'file'), 'newer');
  const refused = run('restore', home, archive);
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('--replace') as string });
  expect(contentOf(home, 'data/nats')).toBe('newer');
  expect(run('restore', home, archive, '--replace').status).toBe(0);
  expect(contentOf(home, 'data/nats')).toBe('data/nats of the installation');
});

it('what is no whole backup changes nothing', () => {
  const home = aHome();
  const archive = backedUp(home);
  writeFileSync(join(home, 'data', 'nats', 'file'), 'newer');
  truncateSync(archive, statSync(archive).size - 20);
  const text = join(home, 'text');
  writeFileSync(text, 'no archive');
  for (const file of [archive, text, join(home, 'missing')]) {
    expect(run('restore', home, file, '--replace').status).toBe(1);
    expect([contentOf(home, 'data/nats'), contentOf(home, 'secrets')]).toEqual([
      'newer',
      'secrets of the installation',
    ]);
  }
});

it('a backup is written into no file that somebody else has put there', () => {
  const home = aHome();
  const archive = archiveIn(home);
  const elsewhere = join(folder, `elsewhere-${number}`);
  symlinkSync(elsewhere, archive);
  expect(run('backup', home, archive)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('already') as string,
  });
  rmSync(archive);
  for (const link of [`${archive}.part`, join(home, 'other.part')]) symlinkSync(elsewhere, link);
  backedUp(home);
  expect(existsSync(elsewhere)).toBe(false);
  expect(lstatSync(archive).isFile()).toBe(true);
  expect(
    readdirSync(home)
      .filter((name) => name.endsWith('.part'))
      .sort(),
  ).toEqual(['backup.tar.gz.part', 'other.part']);
});

it('a restore takes files and folders alone, and gives them no more rights than ours have', () => {
  const home = aHome();
  const archive = backedUp(home);
  const outside = join(folder, `outside-${number}`);
  writeFileSync(outside, 'not of the backup');
  writeFileSync(join(home, 'data', 'nats', 'file'), 'newer');
  const made: [what: string, make: (data: string) => void][] = [
    ['a link', (data) => symlinkSync(outside, join(data, 'link'))],
    ['a link to a folder', (data) => symlinkSync('nats', join(data, 'link'))],
    ['a pipe', (data) => spawnSync('mkfifo', [join(data, 'pipe')])],
  ];
  for (const [what, make] of made) {
    const other = aHome();
    make(join(other, 'data'));
    writeFileSync(join(other, 'backup.json'), JSON.stringify({ format: 1, made_at: '2026-11-27T00:00:00.000Z' }));
    const file = join(other, 'made.tar.gz');
    spawnSync('tar', ['-czf', file, '-C', other, 'backup.json', 'data', 'secrets']);
    const { status, stderr } = run('restore', home, file, '--replace');
    expect([what, status, stderr]).toEqual([what, 1, expect.stringContaining('neither a file nor a folder')]);
    expect(contentOf(home, 'data/nats')).toBe('newer');
  }
  const open = aHome();
  for (const name of ['data', 'secrets']) chmodSync(join(open, name), 0o777);
  chmodSync(join(open, 'data', 'redis', 'file'), 0o4755);
  linkSync(join(open, 'data', 'redis', 'file'), join(open, 'data', 'redis', 'same'));
  expect(run('restore', home, backedUp(open), '--replace')).toMatchObject({ status: 0, stderr: '' });
  expect(['data', 'secrets', 'data/redis/file'].map((name) => statSync(join(home, name)).mode & 0o7777)).toEqual([
    0o700, 0o700, 0o755,
  ]);
  expect(run('restore', join(folder, `fresh-${number}`), archive).status).toBe(0);
  expect(statSync(join(folder, `fresh-${number}`)).mode & 0o777).toBe(0o700);
});

it('permissions are as they were, whoever restores', () => {
  const home = aHome();
  const shared = (of: string) => join(of, 'data', 'mongodb', 'file');
  chmodSync(shared(home), 0o664);
  const archive = backedUp(home);
  expect(restoreAsAnybody(home, archive)).toBe(0);
  expect(statSync(shared(home)).mode & 0o777).toBe(0o664);
});

it('a restore that fails between two folders puts back what was there', () => {
  const home = aHome();
  const archive = backedUp(home);
  writeFileSync(join(home, 'data', 'nats', 'file'), 'newer');
  rmSync(join(home, 'secrets'), { recursive: true });
  // To a disk that is not there: no folder can take its place.
  symlinkSync(join(folder, 'not-mounted'), join(home, 'secrets'));
  const before = readdirSync(home).sort();
  const { status, stderr } = run('restore', home, archive, '--replace');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^What is restored cannot take its place in [^]*\n\nAll is as it was before\. /);
  expect(contentOf(home, 'data/nats')).toBe('newer');
  expect(readdirSync(home).sort()).toEqual(before);
});

it('what is a link to another disk is backed up too', () => {
  const home = aHome();
  const disk = join(folder, `disk-${number}`);
  renameSync(join(home, 'data'), disk);
  symlinkSync(disk, join(home, 'data'));
  const archive = backedUp(home);
  rmSync(disk, { recursive: true });
  expect(run('restore', join(folder, `restored-${number}`), archive).status).toBe(0);
  expect(contentOf(join(folder, `restored-${number}`), 'data/nats')).toBe('data/nats of the installation');
});

it('an archive that a later release has made changes nothing, and what a restore that was cut off has left is not lost', () => {
  const home = aHome();
  const later = join(home, 'later.tar.gz');
  writeFileSync(join(home, 'backup.json'), JSON.stringify({ format: 2, made_at: '2026-11-27T00:00:00.000Z' }));
  spawnSync('tar', ['--create', '--gzip', '--file', later, '--directory', home, 'backup.json', 'data', 'secrets']);
  rmSync(join(home, 'backup.json'));
  const archive = backedUp(home);
  writeFileSync(join(home, 'data', 'nats', 'file'), 'newer');
  expect(run('restore', home, later, '--replace')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('another release') as string,
  });
  mkdirSync(join(home, 'replaced'));
  writeFileSync(join(home, 'replaced', 'file'), 'the only one');
  expect(run('restore', home, archive, '--replace')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('cut off') as string,
  });
  expect([contentOf(home, 'data/nats'), contentOf(home, 'replaced')]).toEqual(['newer', 'the only one']);
});

it('an archive without its keys changes nothing', () => {
  const home = aHome();
  const archive = join(home, 'half.tar.gz');
  writeFileSync(join(home, 'backup.json'), JSON.stringify({ format: 1, made_at: '2026-11-27T00:00:00.000Z' }));
  spawnSync('tar', ['--create', '--gzip', '--file', archive, '--directory', home, 'backup.json', 'data']);
  writeFileSync(join(home, 'data', 'nats', 'file'), 'newer');
  expect(run('restore', home, archive, '--replace')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('no secrets') as string,
  });
  expect([contentOf(home, 'data/nats'), contentOf(home, 'secrets')]).toEqual(['newer', 'secrets of the installation']);
});

it('is refused while somebody runs the installation, where a file would be lost, and where data is elsewhere', () => {
  const home = aHome();
  const archive = backedUp(home);
  expect(run('backup', home, archive)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('already') as string,
  });
  const owner = { supervisor: identityOf(process.pid), state: 'up', children: [] };
  writeFileSync(join(home, 'supervisor.json'), JSON.stringify(owner));
  for (const refused of [run('backup', home, join(home, 'other')), run('restore', home, archive, '--replace')])
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('running') as string });
  rmSync(join(home, 'supervisor.json'));
  rmSync(join(home, 'data', 'mongodb'), { recursive: true });
  expect(run('backup', home, join(home, 'other'))).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('data/mongodb') as string,
  });
  expect(existsSync(join(home, 'other'))).toBe(false);
});
