import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..');

/** Packs the build and unpacks it where programs in the folder find it: what is published, without the repository around it. */
export function install(folder: string): void {
  expect([existsSync(path.join(ROOT, 'dist/esm/index.js')), 'built: pnpm build']).toEqual([true, 'built: pnpm build']);
  const run = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const copy = path.join(folder, 'package');
  for (const part of ['package.json', 'README.md', 'LICENSE', 'dist', 'test']) {
    cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  }
  const tarball = run('npm', 'pack', './package', '--offline', '--silent').trim();
  const installed = path.join(folder, 'node_modules/@meingpt/workflows');
  mkdirSync(installed, { recursive: true });
  run('tar', '-xzf', tarball, '-C', installed, '--strip-components=1');
  rmSync(copy, { recursive: true });
}
