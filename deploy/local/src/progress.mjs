/**
 * Shows what long steps are doing. On a terminal each step has one line that changes; elsewhere there is one line per change.
 *
 * @typedef {object} Progress
 * @property {<T>(name: string, work: (say: (text: string) => void) => Promise<T>) => Promise<T>} track shows a step while it runs, and how long it took
 * @property {(text: string) => void} note a line of its own
 */

/**
 * @param {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} out
 * @returns {Progress}
 */
export function terminalProgress(out) {
  /** @type {Map<string, { text: string, since: number }>} */
  const active = new Map();
  let drawn = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const erase = () => {
    if (drawn > 0) out.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    if (!out.isTTY) return;
    erase();
    for (const [name, { text, since }] of active) {
      out.write(`${`  … ${name}: ${text || 'working'} ${seconds(since)}`.slice(0, (out.columns ?? 80) - 1)}\n`);
      drawn += 1;
    }
  };
  const note = (/** @type {string} */ text) => {
    if (out.isTTY) erase();
    out.write(`${text}\n`);
    draw();
  };

  return {
    note,
    async track(name, work) {
      const step = { text: '', since: Date.now() };
      active.set(name, step);
      if (out.isTTY && timer === undefined) timer = setInterval(draw, 200);
      const say = (/** @type {string} */ text) => {
        if (step.text === text) return;
        step.text = text;
        if (out.isTTY) draw();
        else out.write(`  … ${name}: ${text}\n`);
      };
      try {
        const result = await work(say);
        active.delete(name);
        // A step that had nothing to do is not worth a line.
        if (step.text !== '') note(`  ✓ ${name} ${seconds(step.since)}`);
        return result;
      } catch (error) {
        active.delete(name);
        note(`  ✗ ${name} ${seconds(step.since)}`);
        throw error;
      } finally {
        if (active.size === 0) {
          clearInterval(timer);
          timer = undefined;
          if (out.isTTY) erase();
        }
      }
    },
  };
}

/** @param {number} since */
function seconds(since) {
  return `(${((Date.now() - since) / 1000).toFixed(1)} s)`;
}
