// `npm run restore -- FILE [--replace]`: puts back what `npm run backup` has written.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments } from './src/arguments.mjs';
import { restoreCommand } from './src/commands/restore.mjs';
import { exitCodeOf } from './src/failure.mjs';

const repoRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const usage = 'npm run restore -- FILE [--replace]';
const { flags, operand: file } = readArguments(process.argv.slice(2), { usage, flags: ['replace'], operand: 'FILE' });
process.exitCode = await exitCodeOf(
  restoreCommand({ repoRoot, env: process.env, file, replace: flags.replace ?? false }),
);
