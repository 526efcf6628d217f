import { Failure } from '../failure.mjs';
import { keepRunning, newKept, startAnew } from './keep-running.mjs';

/**
 * A unit that runs.
 *
 * @typedef {object} Running
 * @property {number} pid
 * @property {Promise<string | undefined>} ended resolves when it, or a part it can't do without, has ended; with the reason, if that is known
 * @property {() => Promise<void>} stop orderly; also of what is left of it after a crash
 * @property {() => Promise<void>} kill
 */

/**
 * Something the supervisor keeps running.
 *
 * @typedef {object} Unit
 * @property {string} name
 * @property {(stop: AbortSignal) => Promise<Running>} start resolves when it is ready for work; rejects with a {@link Failure} that quotes its log;
 *   should give up soon when the signal fires
 */

/** @typedef {'starting' | 'up' | 'restarting' | 'stopped'} UnitState */

/** @typedef {{ at: string, reason: string }} End when (ISO 8601) and why a unit ended by itself, or did not start again */

/**
 * @typedef {object} SupervisorOptions
 * @property {(line: string) => void} log
 * @property {() => void} [onChange]      a state or a pid has changed
 * @property {number} [firstDelayMs]      before the first restart after a crash; doubles with each further one. 200 by default
 * @property {number} [longestDelayMs]    10 s by default
 * @property {number} [calmMs]            after so long without a crash the delay starts anew. 30 s by default
 * @property {number} [noteAfterMs]       a start again that takes longer is reported while it goes on. 10 s by default
 */

/**
 * @typedef {object} Supervisor
 * @property {(units: Unit[]) => Promise<void>} startGroup starts units side by side; resolves when all are ready. When one fails, all are stopped again and it rejects with the first failure
 * @property {() => Promise<void>} stopAll  groups in the reverse order of their start, each side by side
 * @property {() => Promise<void>} killAll
 * @property {(name: string) => UnitStatus} statusOf
 * @property {(name: string) => Promise<void>} restart stops a unit in order and starts it at once; resolves when it is stopped. One that is being started again
 *   begins anew without a delay. Does nothing before all of its group are up
 *
 * @typedef {{ state: UnitState, pid: number | undefined, restarts: number, running: Running | undefined, lastEnd: End | undefined }} UnitStatus
 */

/** @typedef {import('./keep-running.mjs').Kept} Kept */
/** @typedef {{ units: Kept[], stop: AbortController }} Group */

/**
 * Keeps units running: one that ends by itself is started again after a growing delay, for ever. Only a failure at the
 * very first start is final, since it is most likely a mistake in the configuration.
 *
 * @param {SupervisorOptions} options
 * @returns {Supervisor}
 */
export function createSupervisor({
  log,
  onChange = () => {},
  firstDelayMs = 200,
  longestDelayMs = 10_000,
  calmMs = 30_000,
  noteAfterMs = 10_000,
}) {
  /** @type {Group[]} */
  const groups = [];
  let stopping = false;
  const pace = { log, onChange, firstDelayMs, longestDelayMs, calmMs, noteAfterMs };

  /** @param {Kept} kept @param {AbortSignal} stop */
  async function firstStart(kept, stop) {
    kept.running = await kept.unit.start(stop);
    kept.state = 'up';
    kept.watched = keepRunning(kept, stop, pace);
    onChange();
  }

  const keptOf = (/** @type {string} */ name) =>
    groups.flatMap(({ units }) => units).find((each) => each.unit.name === name);

  return {
    async startGroup(units) {
      const group = newGroup(units);
      groups.push(group);
      if (stopping) group.stop.abort();
      for (const kept of group.units) kept.started = firstStart(kept, group.stop.signal);
      const results = await Promise.allSettled(group.units.map((kept) => kept.started));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed && !stopping) {
        await stopGroup(group);
        groups.splice(groups.indexOf(group), 1);
      }
      if (failed) throw failed.reason;
      if (stopping) throw new Failure('Stopped while starting.');
    },
    async stopAll() {
      stopping = true;
      for (const { stop } of groups) stop.abort();
      for (const group of [...groups].reverse()) await stopGroup(group);
      onChange();
    },
    async killAll() {
      stopping = true;
      for (const { stop } of groups) stop.abort();
      await Promise.all(groups.flatMap(({ units }) => units.map(async (kept) => kept.running?.kill())));
    },
    async restart(name) {
      const kept = keptOf(name);
      if (kept && !stopping) await startAnew(kept);
    },
    statusOf(name) {
      const { state = 'stopped', restarts = 0, running, lastEnd } = keptOf(name) ?? {};
      return { state, restarts, running, pid: running?.pid, lastEnd };
    },
  };
}

/**
 * @param {Unit[]} units
 * @returns {Group}
 */
function newGroup(units) {
  return {
    stop: new AbortController(),
    units: units.map(newKept),
  };
}

/** @param {Group} group */
async function stopGroup({ units, stop }) {
  stop.abort();
  await Promise.all(
    units.map(async (kept) => {
      await kept.running?.stop();
      // A start or restart may have been under way when we were asked.
      await Promise.allSettled([kept.started, kept.watched]);
      await kept.running?.stop();
      kept.state = 'stopped';
    }),
  );
}
