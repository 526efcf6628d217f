import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The call that ends an ext4 at once, as a power failure does: nothing that is not on the disk yet gets there (`EXT4_IOC_SHUTDOWN` without a flush of its log). */
const POWER_OFF = `
import fcntl, os, struct, sys
folder = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(folder, 0x8004587D, struct.pack('I', 2))
`;

/** Longer than a test: only what a program syncs is on the disk for certain. */
const COMMIT_SECONDS = 300;

/** A file system of its own that can lose its power: then all that was written and not synced is gone. */
export class LosingDisk {
  private constructor(
    readonly folder: string,
    private readonly image: string,
  ) {}

  /** Why this machine cannot make one; null when it can. */
  static impossible(): string | null {
    const probe = mkdtempSync(join(tmpdir(), 'millrace-losing-disk-'));
    try {
      const disk = LosingDisk.make(join(probe, 'disk'), join(probe, 'image'), 8);
      disk.powerOff();
      disk.unmount();
      return null;
    } catch (error) {
      return `a disk that loses its power cannot be made here: ${(error as Error).message.split('\n')[0]}`;
    } finally {
      rmSync(probe, { recursive: true, force: true });
    }
  }

  /** Makes an ext4 of so many MiB in the file `image`, and mounts it at `folder`, which is made. */
  static make(folder: string, image: string, mebibytes: number): LosingDisk {
    run('truncate', ['-s', `${mebibytes}M`, image]);
    run('mke2fs', ['-q', '-t', 'ext4', '-F', image]);
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const disk = new LosingDisk(folder, image);
    disk.mount();
    return disk;
  }

  mount(): void {
    run('mount', ['-o', `loop,commit=${COMMIT_SECONDS}`, this.image, this.folder]);
  }

  /** From now on nothing reaches the disk, and whoever writes or reads gets an error. */
  powerOff(): void {
    run('python3', ['-c', POWER_OFF, this.folder]);
  }

  /** Fails while a process has a file of it open. */
  unmount(): void {
    run('umount', [this.folder]);
  }
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
