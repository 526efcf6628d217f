#!/usr/bin/env node
import { run } from './run.js';

// As `| head` ends once it has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
const code = await run(process.argv.slice(2), undefined, {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
});
// What still waits for a server that says nothing must not hold it; what was printed has left before.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
