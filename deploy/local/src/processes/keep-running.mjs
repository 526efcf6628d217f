import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.mjs';

/** @typedef {import('./supervisor.mjs').Unit} Unit */
/** @typedef {import('./supervisor.mjs').Running} Running */
/** @typedef {Required<import('./supervisor.mjs').SupervisorOptions>} Pace */

/**
 * A unit under supervision.
 *
 * @typedef {object} Kept
 * @property {Unit} unit
 * @property {import('./supervisor.mjs').UnitState} state
 * @property {Running | undefined} running
 * @property {number} restarts by itself, since the start or the last one that was asked for
 * @property {import('./supervisor.mjs').End | undefined} lastEnd
 * @property {Promise<void>} started
 * @property {Promise<void>} watched
 * @property {AbortController} anew fires when a restart is asked for
 */

/**
 * @param {Unit} unit
 * @returns {Kept} before its first start
 */
export function newKept(unit) {
  return {
    unit,
    state: 'starting',
    running: undefined,
    restarts: 0,
    lastEnd: undefined,
    started: Promise.resolve(),
    watched: Promise.resolve(),
    anew: new AbortController(),
  };
}

/**
 * Stops a unit that is up; ends the start that is under way otherwise, or the wait for it. {@link keepRunning} then starts it at once.
 *
 * @param {Kept} kept
 */
export async function startAnew(kept) {
  if (kept.state !== 'up' && kept.state !== 'restarting') return;
  kept.anew.abort();
  if (kept.state === 'up') await kept.running?.stop();
}

/**
 * Starts a unit again whenever it has ended: at once when that was asked for, after a growing delay when it ended by itself, or did not start.
 *
 * @param {Kept} kept which is up
 * @param {AbortSignal} stop
 * @param {Pace} pace
 */
export async function keepRunning(kept, stop, pace) {
  let delay = pace.firstDelayMs;
  while (!stop.aborted) {
    const since = Date.now();
    const reason = (await kept.running?.ended) ?? 'for an unknown reason';
    if (stop.aborted) return;
    if (Date.now() - since > pace.calmMs) delay = pace.firstDelayMs;
    const problem = kept.anew.signal.aborted ? undefined : `ended by itself (${reason})`;
    kept.state = 'restarting';
    if (problem) noteEnd(kept, reason, pace);
    // Two processes may make one unit: end what is left before starting both.
    await kept.running?.stop();
    kept.running = undefined;
    delay = await startUntilUp(kept, stop, { ...pace, delay, problem });
  }
}

/**
 * @param {Kept} kept
 * @param {AbortSignal} stop
 * @param {Pace & { delay: number, problem: string | undefined }} options `delay` before the next start, in milliseconds; `problem`: why it is not up, unless
 *   somebody asked for that
 * @returns {Promise<number>} the delay before the start after this one
 */
async function startUntilUp(kept, stop, { delay, problem, ...pace }) {
  let cure = '';
  // The end of a log is long: quoted once for each version of the program, not with each try.
  let isQuoted = false;
  let isAsked = problem === undefined;
  while (!stop.aborted && kept.running === undefined) {
    if (problem) {
      pace.log(`${kept.unit.name} ${problem}; starting it again in ${delay} ms${cure}`);
      const signal = AbortSignal.any([stop, kept.anew.signal]);
      await sleep(delay, undefined, { signal }).catch(() => undefined);
      delay = Math.min(delay * 2, pace.longestDelayMs);
    }
    if (stop.aborted) break;
    if (kept.anew.signal.aborted) {
      kept.anew = new AbortController();
      delay = pace.firstDelayMs;
      isQuoted = false;
      isAsked = true;
    }
    const failure = await tryStart(kept, stop, pace, isAsked);
    // Whoever asks for another start meanwhile does not ask why this one failed.
    if (stop.aborted || kept.anew.signal.aborted) problem = undefined;
    else if (failure) {
      problem = `did not start: ${failure.message.replace(/\.$/, '')}`;
      noteEnd(kept, problem, pace);
      cure = failure.cure && !isQuoted ? `\n${failure.cure}` : '';
      isQuoted = true;
    }
  }
  return delay;
}

/**
 * @param {Kept} kept
 * @param {AbortSignal} stop
 * @param {Pace} pace
 * @param {boolean} isAsked whether somebody has asked for this start
 * @returns {Promise<{ message: string, cure?: string } | undefined>} why it did not start; undefined when it is up, or another start is asked for
 */
async function tryStart(kept, stop, { log, onChange, noteAfterMs }, isAsked) {
  const { signal } = kept.anew;
  const { name } = kept.unit;
  const slow = setTimeout(
    () =>
      log(
        `${name} has not become ready for ${noteAfterMs / 1000} s, and goes on starting; what it says: npm run logs -- ${name}`,
      ),
    noteAfterMs,
  );
  try {
    const running = await kept.unit.start(AbortSignal.any([stop, signal]));
    if (signal.aborted) {
      // It is as it was before the change for which it is to start anew.
      await running.stop();
      return undefined;
    }
    kept.running = running;
    // What was wrong before is not of what runs now.
    if (isAsked) kept.lastEnd = undefined;
    kept.restarts = isAsked ? 0 : kept.restarts + 1;
    kept.state = 'up';
    onChange();
    log(`${name} is up again (pid ${running.pid})`);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    return { message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(slow);
  }
}

/** @param {Kept} kept @param {string} reason @param {Pace} pace */
function noteEnd(kept, reason, { onChange }) {
  kept.lastEnd = { at: new Date().toISOString(), reason };
  onChange();
}
