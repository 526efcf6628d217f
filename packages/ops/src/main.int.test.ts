import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

test('the program ends quietly when nobody reads on', () => {
  const program = join(__dirname, '..', 'dist', 'main.js');
  // The reader has ended, and its end of the pipe with it, before there is anything to read.
  const command = `exec 3> >(true); sleep 0.5; "${process.execPath}" "${program}" help 2>&1 >/dev/fd/3 | cat`;
  const printed = execFileSync('bash', ['-c', command], { encoding: 'utf8' });
  expect(printed).toBe('');
});
