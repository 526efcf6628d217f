// `npm run bench NAME`: runs one benchmark. Each prints ratios beside a peer or the bare floor, never a figure alone, and fails where it has a
// budget and is over it.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const [name, ...rest] = process.argv.slice(2);
/** Those of a folder with several, by their files. */
const PARTS = ['definitions/list', 'history/list', 'history/markers', 'history/projection'];
const names = [...readdirSync(folder).filter((entry) => existsSync(join(folder, entry, 'run.mjs'))), ...PARTS];

if (!name || !names.includes(name)) {
  process.stderr.write(
    `${name ? `There is no benchmark called ${name}.` : 'Which benchmark?'} One of: ${names.join(', ')}\n`,
  );
  process.exit(1);
}

const file = PARTS.includes(name) ? `${name}.mjs` : join(name, 'run.mjs');
const child = spawn(process.execPath, [join(folder, file), ...rest], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
