/** Time is counted in steps of at most so many milliseconds. */
export const STEP_MS = 250;

/**
 * Calls back once this process has run for so many milliseconds. A step that ends late counts no more than it was to take, so that time in
 * which the process was stopped, or got no processor, is not counted. What has arrived by then is dealt with before the call. Returns what
 * cancels it.
 */
export function afterRunning(milliseconds: number, over: () => void): () => void {
  let left = milliseconds;
  let timer: NodeJS.Timeout;
  let isCancelled = false;
  const wait = (): void => {
    const step = Math.max(0, Math.min(STEP_MS, left));
    timer = setTimeout(() => {
      left -= step;
      if (left > 0) return wait();
      // Timers come before what has arrived; this comes after it.
      setImmediate(() => {
        if (!isCancelled) over();
      });
    }, step);
  };
  wait();
  return () => {
    isCancelled = true;
    clearTimeout(timer);
  };
}
