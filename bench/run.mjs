// `npm run bench NAME`: runs one benchmark. Each prints ratios beside a peer or the bare floor, never a figure alone.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(folder).filter((entry) => existsSync(join(folder, entry, 'run.mjs')));

if (!name || !names.includes(name)) {
  process.stderr.write(
    `${name ? `There is no benchmark called ${name}.` : 'Which benchmark?'} One of: ${names.join(', ')}\n`,
  );
  process.exit(1);
}

const child = spawn(process.execPath, [join(folder, name, 'run.mjs'), ...rest], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
