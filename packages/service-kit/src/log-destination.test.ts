import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Writable } from 'node:stream';
import { LIMITS } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { isPipe, LogDestination } from './log-destination.js';

const line = `${JSON.stringify({ level: 'info', msg: 'x'.repeat(1_000) })}\n`;

/** Collects what a destination reports. */
function losses(): {
  lost: Record<string, number>;
  recovered: number[];
  note: (lines: number, reason: string) => void;
} {
  const lost: Record<string, number> = {};
  return { lost, recovered: [], note: (lines, reason) => void (lost[reason] = (lost[reason] ?? 0) + lines) };
}

/** A reader at the other end of a pipe. */
async function reader(command: string, ...args: string[]): Promise<{ child: ChildProcess; pipe: Writable }> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin?.on('error', () => undefined);
  await once(child, 'spawn');
  return { child, pipe: child.stdin };
}

describe('LogDestination', () => {
  it('writes lines to a file, whole and in order, those that wait at the end too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    const file = openSync(join(folder, 'log'), 'a');
    try {
      const { lost, note } = losses();
      const destination = new LogDestination(file, undefined, note);
      const lines = Array.from({ length: 500 }, (_, index) => `line ${index}\n`);
      for (const each of lines) destination.write(each);
      const read = () => readFileSync(join(folder, 'log'), 'utf8');
      await waitUntil('the first lines', () => read().length >= 4_096);
      destination.flushSync();
      expect(read()).toBe(lines.join(''));
      expect(lost).toEqual({});
    } finally {
      closeSync(file);
      rmSync(folder, { recursive: true });
    }
  });

  it('counts what a full disk refuses, and goes on', async () => {
    const full = openSync('/dev/full', 'w');
    const { lost, note } = losses();
    const destination = new LogDestination(full, undefined, note);
    for (let count = 0; count < 100; count++) destination.write(line);
    await waitUntil('a loss', () => lost.ENOSPC !== undefined);
    destination.flushSync();
    await waitUntil('all losses', () => lost.ENOSPC === 100);
    closeSync(full);
  });

  it('ends in bounded time on a full disk', () => {
    const full = openSync('/dev/full', 'w');
    const { lost, note } = losses();
    const destination = new LogDestination(full, undefined, note);
    destination.write(line);
    destination.flushSync();
    expect(lost).toEqual({ ENOSPC: 1 });
    closeSync(full);
  });

  it('keeps a bounded number of lines for a reader that does not read, and says so once it does', async () => {
    const { child, pipe } = await reader('cat');
    try {
      child.kill('SIGSTOP');
      const { lost, recovered, note } = losses();
      const destination = new LogDestination(-1, pipe, note, (lines) => recovered.push(lines));
      const sent = Math.floor((4 * LIMITS.logBufferBytes) / line.length);
      for (let count = 0; count < sent; count++) {
        destination.write(line);
        // What the operating system takes is taken now.
        if (count % 10 === 0) await sleep(0);
      }
      // Its buffers for a pipe are far below 1 MiB.
      const kept = (sent - (lost.overflow ?? 0)) * line.length;
      expect(kept).toBeLessThan(2 * LIMITS.logBufferBytes);
      destination.flushSync();
      expect(lost.EAGAIN).toBeGreaterThan(0);
      child.kill('SIGCONT');
      await waitUntil('the recovery', () => recovered.length > 0);
      expect(recovered).toEqual([(lost.overflow ?? 0) + (lost.EAGAIN ?? 0)]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('counts what a closed pipe refuses, and goes on', async () => {
    const { child, pipe } = await reader('sleep', '60');
    const { lost, note } = losses();
    const destination = new LogDestination(-1, pipe, note);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const refused = () => Object.values(lost).reduce((sum, count) => sum + count, 0);
    let written = 0;
    await waitUntil('what is noted', () => {
      destination.write(line.repeat(5));
      written += 1;
      return refused() > 10;
    });
    expect(written).toBeGreaterThan(0);
  });
});

describe('isPipe', () => {
  it('distinguishes a pipe from a file and from a descriptor that is closed', async () => {
    const full = openSync('/dev/full', 'w');
    expect(isPipe(full)).toBe(false);
    closeSync(full);
    expect(isPipe(full)).toBe(false);
    const child = spawn(
      process.execPath,
      ['-e', 'process.exit(require("fs").fstatSync(1).isFIFO() || require("fs").fstatSync(1).isSocket() ? 0 : 1)'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
  });
});
