// `npm run backup -- FILE`: everything of this installation that cannot be made anew, in one file.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments } from './src/arguments.mjs';
import { backupCommand } from './src/commands/backup.mjs';
import { exitCodeOf } from './src/failure.mjs';

const repoRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { operand: file } = readArguments(process.argv.slice(2), { usage: 'npm run backup -- FILE', operand: 'FILE' });
process.exitCode = await exitCodeOf(backupCommand({ repoRoot, env: process.env, file }));
