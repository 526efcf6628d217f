import { Failure } from '../failure.mjs';
import { sleep } from '../wait-until.mjs';

/**
 * A unit that runs.
 *
 * @typedef {object} Running
 * @property {number} pid
 * @property {Promise<unknown>} ended   resolves when it, or a part it can't do without, has ended
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

/**
 * @typedef {object} SupervisorOptions
 * @property {(line: string) => void} log
 * @property {() => void} [onChange]      a state or a pid has changed
 * @property {number} [firstDelayMs]      before the first restart after a crash; doubles with each further one. 200 by default
 * @property {number} [longestDelayMs]    10 s by default
 * @property {number} [calmMs]            after so long without a crash the delay starts anew. 30 s by default
 */

/**
 * @typedef {object} Supervisor
 * @property {(units: Unit[]) => Promise<void>} startGroup starts units side by side; resolves when all are ready, rejects (after all have settled) with the first failure
 * @property {() => Promise<void>} stopAll  groups in the reverse order of their start, each side by side
 * @property {() => Promise<void>} killAll
 * @property {(name: string) => { state: UnitState, pid: number | undefined, restarts: number, running: Running | undefined }} statusOf
 */

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
}) {
  /** @typedef {{ unit: Unit, state: UnitState, running: Running | undefined, restarts: number, started: Promise<void>, watched: Promise<void> }} Kept */
  /** @type {Kept[][]} */
  const groups = [];
  let stopping = false;
  const stopSignal = new AbortController();
  /** @type {Promise<unknown>} */
  const stopAsked = new Promise((resolve) => stopSignal.signal.addEventListener('abort', resolve));

  /** @param {Kept} kept */
  async function firstStart(kept) {
    kept.running = await kept.unit.start(stopSignal.signal);
    kept.state = 'up';
    kept.watched = watch(kept);
    onChange();
  }

  /** @param {Kept} kept */
  async function watch(kept) {
    let delay = firstDelayMs;
    for (;;) {
      const since = Date.now();
      await kept.running?.ended;
      if (stopping) return;
      if (Date.now() - since > calmMs) delay = firstDelayMs;
      kept.state = 'restarting';
      onChange();
      // Two processes may make one unit: end what is left before starting both.
      await kept.running?.stop();
      kept.running = undefined;
      while (!stopping && kept.running === undefined) {
        log(`${kept.unit.name} ended by itself; starting it again in ${delay} ms`);
        await Promise.race([sleep(delay), stopAsked]);
        delay = Math.min(delay * 2, longestDelayMs);
        if (!stopping) await tryStart(kept);
      }
      if (stopping) return;
    }
  }

  /** @param {Kept} kept */
  async function tryStart(kept) {
    try {
      kept.running = await kept.unit.start(stopSignal.signal);
      kept.restarts += 1;
      kept.state = 'up';
      onChange();
      log(`${kept.unit.name} is up again (pid ${kept.running.pid})`);
    } catch (error) {
      log(`${kept.unit.name} did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return {
    async startGroup(units) {
      /** @type {Kept[]} */
      const group = units.map((unit) => ({
        unit,
        state: 'starting',
        running: undefined,
        restarts: 0,
        started: Promise.resolve(),
        watched: Promise.resolve(),
      }));
      groups.push(group);
      for (const kept of group) kept.started = firstStart(kept);
      const results = await Promise.allSettled(group.map((kept) => kept.started));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      if (stopping) throw new Failure('Stopped while starting.');
    },
    async stopAll() {
      stopping = true;
      stopSignal.abort();
      for (const group of [...groups].reverse()) {
        await Promise.all(
          group.map(async (kept) => {
            await kept.running?.stop();
            // A start or restart may have been under way when we were asked.
            await Promise.allSettled([kept.started, kept.watched]);
            await kept.running?.stop();
            kept.state = 'stopped';
          }),
        );
      }
      onChange();
    },
    async killAll() {
      stopping = true;
      stopSignal.abort();
      await Promise.all(groups.flat().map((kept) => kept.running?.kill()));
    },
    statusOf(name) {
      const kept = groups.flat().find((each) => each.unit.name === name);
      const { state = 'stopped', restarts = 0, running } = kept ?? {};
      return { state, restarts, running, pid: running?.pid };
    },
  };
}
