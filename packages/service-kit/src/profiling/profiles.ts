import { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSnapshot } from 'node:v8';
import { Readable } from 'node:stream';

/** What is taken of a process: where its time goes, or what its memory holds. */
export type ProfileKind = 'cpu' | 'heap';

/** A profile as a file. */
export interface Profile {
  /** How names of such files end. */
  readonly extension: 'cpuprofile' | 'heapsnapshot';
  readonly content: Readable;
}

/** Microseconds between two looks at what runs. */
const SAMPLING_INTERVAL = 1_000;

/** Looks for so long at what the process does, or until `signal` is aborted. Has names of functions and files, and no values. */
export async function cpuProfile(milliseconds: number, signal: AbortSignal): Promise<Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL });
    await session.post('Profiler.start');
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
    const { profile } = await session.post('Profiler.stop');
    return { extension: 'cpuprofile', content: Readable.from([JSON.stringify(profile)]) };
  } finally {
    session.disconnect();
  }
}

/** All that is in memory, secrets too. Stands still until it has been looked through: about a second for each 100 MB. */
export function heapSnapshot(): Profile {
  return { extension: 'heapsnapshot', content: getHeapSnapshot() };
}
