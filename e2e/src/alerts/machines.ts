import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startReplicas, type Replica } from '../support/replicas.js';
import { Film } from './film.js';
import { sumAt, untilMeasured } from '../support/measured.js';
import { targetOf } from './targets.js';

const HOUR_MS = 60 * 60 * 1_000;
/** Of a gateway (`heapMb` of its manifest). */
const HEAP_MB = 512;
/** Of its heap: more than may be used (0.75), and less than it ends with. */
const HELD_SHARE = 0.84;
const SEEN_SHARE = 0.8;

/** A machine of one process, and what becomes wrong with it and right again. */
export interface Machine {
  readonly service: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The file of the process's log. */
  readonly log?: string;
  /** Both resolve once the process has noticed. */
  readonly fail: (replica: Replica) => Promise<void>;
  readonly recover: (replica: Replica) => Promise<void>;
}

/** The clock of a machine is set ahead by an hour, and back. */
export async function clockWrong(): Promise<Film> {
  return inFolder((folder) => {
    const file = join(folder, 'offset');
    writeFileSync(file, '0');
    const offset = (replica: Replica) => () => sumAt(replica.healthUrl, 'millrace_clock_offset_seconds');
    const setAhead = async (replica: Replica, ms: number) => {
      writeFileSync(file, String(ms));
      const isNoticed = (seconds: number) => (ms > 0 ? seconds > 60 : Math.abs(seconds) < 1);
      await untilMeasured(`the clock is ${ms} ms ahead`, offset(replica), isNoticed);
    };
    return onMachine({
      service: 'scheduler',
      settings: { NODE_OPTIONS: importing('..', 'faults', 'moved-clock.mjs'), MILLRACE_TEST_CLOCK_FILE: file },
      fail: (replica) => setAhead(replica, HOUR_MS),
      recover: (replica) => setAhead(replica, 0),
    });
  });
}

/** A gateway holds on to most of the memory that it may have, and lets it go. */
export async function memoryHeld(): Promise<Film> {
  return inFolder((folder) => {
    const file = join(folder, 'share');
    writeFileSync(file, '0');
    const usedShare =
      ({ healthUrl }: Replica) =>
      async () => {
        const used = await sumAt(healthUrl, 'nodejs_heap_size_used_bytes');
        return used / (await sumAt(healthUrl, 'millrace_heap_limit_bytes'));
      };
    const settings = {
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB} ${importing('held-memory.mjs')}`,
      MILLRACE_TEST_HELD_FILE: file,
    };
    return onMachine({
      service: 'gateway',
      settings,
      fail: async (replica) => {
        writeFileSync(file, String(HELD_SHARE));
        await untilMeasured('the memory is held', usedShare(replica), (share) => share > SEEN_SHARE);
      },
      recover: async (replica) => {
        writeFileSync(file, '0');
        await untilMeasured('the memory is free', usedShare(replica), (share) => share < HELD_SHARE / 2);
      },
    });
  });
}

/** Films a process of its own beside those of the platform, whose machine goes wrong. */
export async function onMachine({ service, settings, log, fail, recover }: Machine): Promise<Film> {
  const replicas = await startReplicas([service], settings, log);
  try {
    const film = await Film.begin(replicas.map(targetOf));
    await Promise.all(replicas.map(fail));
    await film.take('during', 3);
    await Promise.all(replicas.map(recover));
    await film.take('after', 2);
    return film;
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()));
  }
}

/** The option of Node that has a process load this file before anything else. */
export function importing(...path: readonly string[]): string {
  return `--import=${pathToFileURL(join(__dirname, ...path)).href}`;
}

/** Does something with a folder of its own. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-alerts-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
