import { readFileSync } from 'node:fs';
import { residentMb, usageOfTree } from '@millrace/local/usage';
import { processIds, readEndpoints } from '../support/platform.js';

const SAMPLE_MS = 200;
/** Servers have many processes, and grow slowly. */
const SERVERS_SAMPLE_MS = 2_000;

/** What happened to the processes of the platform while they were watched. */
export interface Watched {
  /** Names of processes that are not the ones they were. */
  readonly restarted: readonly string[];
  /** Largest resident memory by service, and by server with all its processes. MiB. */
  readonly peaks: Readonly<Record<string, number>>;
  /** Those of them that are above what the process may take. */
  readonly tooLarge: readonly string[];
}

/** What a service may take beside its heap: code, buffers, stacks. MiB. */
const BESIDE_THE_HEAP = 256;

/** What servers may take, as deploy/local/README.md documents it. MiB. */
const SERVERS: Readonly<Record<string, number>> = { nats: 1_024, redis: 256, mongodb: 2_048 };

/** Watches the memory of all services and servers, and whether all processes stay the same, until {@link stop}. */
export class ProcessWatch {
  readonly #before = processIds();
  readonly #peaks: Record<string, number> = {};
  readonly #limits: Record<string, number> = {};
  readonly #timers = [
    setInterval(() => this.#sample(), SAMPLE_MS),
    setInterval(() => this.#sampleServers(), SERVERS_SAMPLE_MS),
  ];

  stop(): Watched {
    for (const timer of this.#timers) clearInterval(timer);
    this.#sample();
    this.#sampleServers();
    const after = processIds();
    return {
      restarted: Object.keys(this.#before).filter((name) => after[name] !== this.#before[name]),
      peaks: this.#peaks,
      tooLarge: Object.entries(this.#peaks)
        .filter(([name, peak]) => peak > (this.#limits[name] ?? 0))
        .map(([name, peak]) => `${name} took ${peak} MiB and may take ${this.#limits[name]}`),
    };
  }

  #sample(): void {
    for (const [name, { pid }] of Object.entries(readEndpoints().services)) {
      if (pid === null) continue;
      this.#note(name, residentMb(pid) ?? 0);
      this.#limits[name] ??= heapLimitMebibytes(pid) + BESIDE_THE_HEAP;
    }
  }

  #sampleServers(): void {
    const processes = processIds();
    for (const [name, limit] of Object.entries(SERVERS)) {
      const roots = Object.keys(processes).filter((process) => process.split('/')[0] === `server:${name}`);
      const trees = roots.map((process) => usageOfTree(processes[process] ?? 0).memoryMb);
      // A proxy of the database is a process beside it.
      this.#note(
        name,
        trees.reduce((sum, mebibytes) => sum + mebibytes, 0),
      );
      this.#limits[name] = limit;
    }
  }

  #note(name: string, mebibytes: number): void {
    this.#peaks[name] = Math.max(this.#peaks[name] ?? 0, Math.round(mebibytes));
  }
}

/** The heap limit that a process was started with; deploy/local/README.md documents it. MiB. */
function heapLimitMebibytes(pid: number): number {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  const option = command.find((word) => word.startsWith('--max-old-space-size='));
  if (!option) throw new Error(`Process ${pid} has no heap limit: ${command.join(' ')}`);
  return Number(option.split('=')[1]);
}
