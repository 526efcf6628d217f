import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
const program = pathToFileURL(join(__dirname, '../src/runtime/remove-tree.mjs')).href;
const remove = (tree: string): string => `import('${program}').then(({ removeTree }) => removeTree('${tree}'))`;

/** Runs a script where what it mounts is mounted for nobody else; `mount` must not be able to reach this machine, whatever the test finds. */
function inNamespace(script: string): { status: number | null; stderr: string } {
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return spawnSync('unshare', [...asRoot, '--mount', 'sh', '-ec', script], { encoding: 'utf8' });
}

/** A tree, and beside it what is to be mounted in it. */
function scene(name: string): { tree: string; shared: string } {
  const [tree, shared] = [join(folder, name, 'tree of ours'), join(folder, name, 'shared')];
  for (const made of [join(tree, 'dev', 'shm'), shared]) mkdirSync(made, { recursive: true });
  writeFileSync(join(shared, 'of-others'), 'kept');
  writeFileSync(join(tree, 'file'), '');
  return { tree, shared };
}

it('a tree is removed, and nothing of what is mounted in it', () => {
  const { tree, shared } = scene('mounted');
  const mounts = `mount -t tmpfs none '${tree}/dev'; mkdir '${tree}/dev/shm'; mount --bind '${shared}' '${tree}/dev/shm'`;
  const { status, stderr } = inNamespace(`${mounts}; ${process.execPath} -e "${remove(tree)}"`);
  expect([status, stderr]).toEqual([0, '']);
  expect([existsSync(tree), readFileSync(join(shared, 'of-others'), 'utf8')]).toEqual([false, 'kept']);
});

it('nothing is removed while something cannot be unmounted, which the error names', () => {
  const { tree, shared } = scene('busy');
  const busy = `mount --bind '${shared}' '${tree}/dev/shm'; cd '${tree}/dev/shm'`;
  const { status, stderr } = inNamespace(`${busy}; ${process.execPath} -e "${remove(tree)}"`);
  expect(status).not.toBe(0);
  expect(stderr).toContain(`umount '${tree}/dev/shm'`);
  expect([existsSync(join(tree, 'file')), existsSync(join(shared, 'of-others'))]).toEqual([true, true]);
});

it('one that is not there is none to remove', () => {
  const { tree } = scene('none');
  expect(spawnSync(process.execPath, ['-e', remove(`${tree}-of-nobody`)]).status).toBe(0);
});
