/** The state of an execution, by the last entry of its journal. */
export interface JournalState {
  readonly state: 'new' | 'begun' | 'suspended' | 'ended' | 'lost';
  /** Of the run that wrote the entry: 0 for the first, one more each time it is woken. */
  readonly generation: number;
  /** ISO time at which a suspended execution is to be woken, if there is one. */
  readonly until?: string | undefined;
}

/**
 * What an executor does with a `RunRequested`:
 * `start` it; `resume` a run that ended without saying so; `wake` it into a new generation; `arm` the timer of a suspended one,
 * since the executor that suspended it may have died before that; `pass` it by, because what it requests is done or never existed; or
 * `lose` it, because neither the journal nor the database has what it is to go on from.
 */
export type Claim = 'start' | 'resume' | 'wake' | 'arm' | 'pass' | 'lose';

/**
 * Decides by the generations alone, so that messages may come twice and late. While an execution runs or has just been
 * suspended, the queue holds the message of its generation: that is what makes passing by an older one safe. A newer one exists only after
 * the suspension is in the journal, so an executor that sees the state before has read an old copy: its append is refused.
 */
export function claimOf(found: JournalState, generation: number): Claim {
  if (found.state === 'ended') return 'pass';
  if (found.state === 'lost') return 'lose';
  if (found.state === 'new') return generation === 0 ? 'start' : 'pass';
  if (generation < found.generation) return 'pass';
  if (generation > found.generation) return 'wake';
  return found.state === 'suspended' ? 'arm' : 'resume';
}
