import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MEBIBYTE = 1024 * 1024;

/** A small file system of its own, which can be filled and freed. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** Why this machine cannot make one; null when it can. */
  static impossible(): string | null {
    const probe = '/tmp/millrace-small-disk-probe';
    try {
      SmallDisk.mount(probe, 1).unmount();
      return null;
    } catch (error) {
      return `a file system cannot be mounted here: ${(error as Error).message.split('\n')[0]}`;
    }
  }

  /** Mounts a file system of so many MiB in memory at a folder, which is made. */
  static mount(folder: string, mebibytes: number): SmallDisk {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // The servers of the database do not run as root.
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'tmpfs', folder], { stdio: 'pipe' });
    return new SmallDisk(folder);
  }

  get freeMebibytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return (bavail * bsize) / MEBIBYTE;
  }

  /** Fills the disk with a file until so many MiB are free; with 0 until not a byte more can be written. */
  fillTo(mebibytes: number): void {
    const file = openSync(this.#filler, 'a');
    const block = Buffer.alloc(64 * 1024, 1);
    try {
      while (this.freeMebibytes > mebibytes) writeSync(file, block);
      if (mebibytes === 0) for (;;) writeSync(file, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Makes it so many MiB large, as an operator does with a volume. */
  enlarge(mebibytes: number): void {
    execFileSync('mount', ['-o', `remount,size=${mebibytes}m`, this.folder], { stdio: 'pipe' });
  }

  /** Removes the filler. */
  free(): void {
    const file = openSync(this.#filler, 'a');
    ftruncateSync(file, 0);
    closeSync(file);
    unlinkSync(this.#filler);
  }

  unmount(): void {
    // Processes that ended a moment ago may still hold it.
    execFileSync('umount', ['--lazy', this.folder], { stdio: 'pipe' });
  }

  get #filler(): string {
    return join(this.folder, 'filler');
  }
}

/** The `describe` of tests that mount a file system, which takes root on Linux: elsewhere they are skipped and say so, and fail in CI, whose run must not look as if it had them. */
export function describeOnSmallDisk(): typeof describe {
  const impossible = SmallDisk.impossible();
  if (impossible === null) return describe;
  if (process.env['CI']) throw new Error(`What needs a full disk can't run: ${impossible}`);
  process.stderr.write(`What needs a full disk is skipped: ${impossible}\n`);
  return describe.skip;
}
