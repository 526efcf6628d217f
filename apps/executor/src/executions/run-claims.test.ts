import type { RunRequest } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import { silentLogger } from '@millrace/service-kit/logging';
import type { Clock } from '../clock.js';
import type { JournalState } from './claim.js';
import type { JournalSubject } from './journal-subject.js';
import { RunClaims } from './run-claims.js';
import { SupersededError } from './superseded.error.js';

/** A clock that is where it is wanted at once. */
class QuickClock implements Clock {
  time = 0;
  now = (): number => this.time;
  yield = (): Promise<void> => Promise.resolve();
  after(milliseconds: number, callback: () => void): () => void {
    this.time += milliseconds;
    queueMicrotask(callback);
    return () => undefined;
  }
}

/** Follows an execution in the second generation, of which the journal says this, look by look. Resolves with how long that took. */
async function follow(...looks: JournalState[]): Promise<number> {
  const clock = new QuickClock();
  const parts = { logger: silentLogger(), clock, readers: new Gate(1), reads: {} as never, timers: {} as never };
  const open = () => Promise.resolve(looks.length > 1 ? looks.shift() : looks[0]);
  const request = { execution_id: 'exec_1', organisation_id: 'org_1', generation: 1 } as RunRequest;
  const { signal } = new AbortController();
  const following = new RunClaims(parts).follow(request, { signal }, { open } as unknown as JournalSubject);
  return following.then(
    () => clock.time,
    (error: unknown) => {
      expect(error).toBeInstanceOf(SupersededError);
      return clock.time;
    },
  );
}

const asleep: JournalState = { state: 'suspended', generation: 0 };
const runs: JournalState = { state: 'begun', generation: 1 };
const ended: JournalState = { state: 'ended', generation: 1 };

test('the run of another executor is followed to its end, for a time', async () => {
  expect(await follow(runs, runs, ended)).toBe(2_000);
  expect(await follow(runs)).toBeGreaterThan(60_000);
});

test('what nobody runs is given back soon, but not for an old copy of the journal', async () => {
  expect(await follow(asleep)).toBe(1_000);
  expect(await follow(asleep, runs, ended)).toBe(2_000);
});
