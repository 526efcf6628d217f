import { Failure } from '../failure.mjs';

/** For a service that starts, in milliseconds. */
export const READY_WITHIN_MS = 60_000;

/**
 * For a service that starts, as `MILLRACE_READY_SECONDS` says.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {number} milliseconds
 * @throws {Failure} for a value that is no such time
 */
export function readyWithin({ MILLRACE_READY_SECONDS: text }) {
  if (text === undefined || text === '') return READY_WITHIN_MS;
  const seconds = Number(text);
  if (seconds >= 1 && seconds <= 3_600) return seconds * 1_000;
  throw new Failure(
    `MILLRACE_READY_SECONDS is "${text}".`,
    'It is the time that each service has to get ready, in seconds: 1 to 3600, e.g. MILLRACE_READY_SECONDS=300.',
  );
}

/**
 * What to do where a service was not ready in time.
 *
 * @param {number} timeoutMs the time that it had
 * @returns {string}
 */
export function moreTimeThan(timeoutMs) {
  const seconds = Math.min(3_600, Math.ceil((5 * timeoutMs) / 1_000));
  return `If the machine is busy, start again with more time for each service: MILLRACE_READY_SECONDS=${seconds}`;
}
