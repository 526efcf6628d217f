import { readFileSync } from 'node:fs';
import { processIds, readEndpoints } from '../support/platform.js';

const SAMPLE_MS = 200;
const MEBIBYTE = 1024 * 1024;

/** What happened to the processes of the platform while they were watched. */
export interface Watched {
  /** Names of processes that are not the ones they were. */
  readonly restarted: readonly string[];
  /** Largest resident memory by service. MiB. */
  readonly peaks: Readonly<Record<string, number>>;
}

/** Watches the memory of all services, and whether all processes stay the same, until {@link stop}. */
export class ProcessWatch {
  readonly #before = processIds();
  readonly #peaks: Record<string, number> = {};
  readonly #timer = setInterval(() => this.#sample(), SAMPLE_MS);

  stop(): Watched {
    clearInterval(this.#timer);
    this.#sample();
    const after = processIds();
    return {
      restarted: Object.keys(this.#before).filter((name) => after[name] !== this.#before[name]),
      peaks: this.#peaks,
    };
  }

  #sample(): void {
    for (const [name, { pid }] of Object.entries(readEndpoints().services)) {
      if (pid === null) continue;
      this.#peaks[name] = Math.max(this.#peaks[name] ?? 0, residentMebibytes(pid));
    }
  }
}

/** Resident memory of a process; 0 when it has gone. MiB. */
function residentMebibytes(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return Math.round((pages * 4_096) / MEBIBYTE);
  } catch {
    return 0;
  }
}
