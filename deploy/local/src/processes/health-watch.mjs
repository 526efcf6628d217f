/**
 * @typedef {object} HealthWatchOptions
 * @property {() => Promise<string | undefined>} problem  what is wrong now, in the server's words; undefined when nothing is, or nothing is known
 * @property {() => { free: number, needed: number }} space bytes free on its disk, and below how many a restart would be of no use
 * @property {(problem: string) => Promise<void>} restart
 * @property {(line: string) => void} log
 * @property {() => void} [onChange]      `state()` has changed
 * @property {number} [everyMs]           between two looks; 2 s by default
 * @property {number} [patience]          looks in a row that must find the problem; 5 by default
 * @property {number} [firstPauseMs]      between two restarts; doubles with each. 10 s by default
 * @property {number} [longestPauseMs]    5 minutes by default
 * @property {number} [calmMs]            after so long without a problem the pause starts anew. 10 minutes by default
 *
 * @typedef {object} HealthWatch
 * @property {() => string | undefined} state what is wrong and what is waited for; undefined when nothing is
 * @property {() => Promise<void>} look       one look, as the timer does it
 * @property {() => void} stop
 */

/**
 * Restarts a server that runs and says of itself that it does not work: NATS keeps an error of its disk until then. Never while
 * the disk is full, when it would only fail again, and never in a tight circle.
 *
 * @param {HealthWatchOptions} options
 * @returns {HealthWatch}
 */
export function watchHealth({
  problem: askProblem,
  space,
  restart,
  log,
  onChange = () => {},
  everyMs = 2_000,
  patience = 5,
  firstPauseMs = 10_000,
  longestPauseMs = 300_000,
  calmMs = 600_000,
}) {
  let bad = 0;
  let pauseMs = firstPauseMs;
  let notBefore = 0;
  let wellSince = Date.now();
  /** @type {string | undefined} */
  let state;
  /** @type {string | undefined} without numbers, which change at each look */
  let kind;
  let looking = false;

  /** @param {string | undefined} newKind @param {string} [text] */
  const say = (newKind, text) => {
    state = text;
    if (kind === newKind) return;
    kind = newKind;
    if (text) log(text);
    onChange();
  };

  const look = async () => {
    if (looking) return;
    looking = true;
    try {
      const problem = await askProblem();
      if (problem === undefined) {
        bad = 0;
        if (Date.now() - wellSince > calmMs) pauseMs = firstPauseMs;
        return say(undefined);
      }
      wellSince = Date.now();
      bad += 1;
      if (bad < patience) return;
      const { free, needed } = space();
      if (free < needed)
        return say(
          'space',
          `${problem}; restarted when ${megabytes(needed)} of disk are free (now ${megabytes(free)})`,
        );
      if (Date.now() < notBefore) return say('pause', `${problem}; restarted again soon`);
      bad = 0;
      notBefore = Date.now() + pauseMs;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      say('restart', `${problem}; restarting it`);
      await restart(problem);
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return { state: () => state, look, stop: () => clearInterval(timer) };
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${Math.round(bytes / 1024 ** 2)} MB`;
}
