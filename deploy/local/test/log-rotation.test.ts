import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../src/processes/child.mjs';
import { rotateLogs } from '../src/processes/log-rotation.mjs';
import { waitUntil } from '../src/wait-until.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
const MAX = 64 * 1024;

test('the log of a program that goes on writing stays within its limit, with its latest lines kept', async () => {
  const logs = join(folder, 'chatty');
  const logFile = join(logs, 'chatty.log');
  const program = "let n = 0; setInterval(() => { for (let i = 0; i < 100; i++) console.log('line', n++); }, 1)";
  const child = await startChild({ name: 'chatty', command: [process.execPath, '-e', program], env: {}, logFile });
  let rotations = 0;
  const rotation = rotateLogs(logs, { log: () => undefined, maxBytes: MAX, everyMs: 3_600_000 });
  await waitUntil(
    () => {
      if (statSync(logFile).size > MAX) {
        rotation.check();
        rotations += 1;
      }
      return rotations >= 3 && statSync(logFile).size > 0;
    },
    { timeoutMs: 30_000, everyMs: 5 },
  );
  await child.kill();
  rotation.stop();
  expect(rotations).toBeGreaterThanOrEqual(3);
  expect(statSync(`${logFile}.1`).size).toBeGreaterThan(0);
  expect(statSync(`${logFile}.1`).size).toBeLessThanOrEqual(2 * MAX);
  // The writer appends: nothing but whole text follows what was cut off.
  expect(readFileSync(logFile, 'utf8')).not.toContain('\0');
});

test('of a log that grew far beyond its limit at once only the end is kept, and small ones are left alone', () => {
  const logs = join(folder, 'burst');
  mkdirSync(logs);
  writeFileSync(join(logs, 'burst.log'), `${'x'.repeat(10 * MAX)}the last words`);
  writeFileSync(join(logs, 'quiet.log'), 'a line');
  const rotation = rotateLogs(logs, { log: () => undefined, maxBytes: MAX, everyMs: 3_600_000 });
  rotation.check();
  rotation.stop();
  expect(statSync(join(logs, 'burst.log')).size).toBe(0);
  expect(statSync(join(logs, 'burst.log.1')).size).toBe(MAX);
  expect(readFileSync(join(logs, 'burst.log.1'), 'utf8')).toMatch(/the last words$/);
  expect(readFileSync(join(logs, 'quiet.log'), 'utf8')).toBe('a line');
  expect(existsSync(join(logs, 'quiet.log.1'))).toBe(false);
});

test('a log that cannot be put aside is emptied all the same, and that is reported', () => {
  const logs = join(folder, 'stuck');
  const logFile = join(logs, 'stuck.log');
  // In the way, as a disk without room would be.
  mkdirSync(`${logFile}.1`, { recursive: true });
  writeFileSync(logFile, 'x'.repeat(MAX + 1));
  const lines: string[] = [];
  const rotation = rotateLogs(logs, { log: (line) => void lines.push(line), maxBytes: MAX, everyMs: 3_600_000 });
  rotation.check();
  rotation.stop();
  expect(statSync(logFile).size).toBe(0);
  expect(lines).toEqual([expect.stringContaining('could not be put aside')]);
});
