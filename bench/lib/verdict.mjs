/**
 * Says whether what was measured is within its budget; the process ends with status 1 when anything was not.
 *
 * @param {boolean} isWithin
 * @param {string} what with the figures
 */
export function verdict(isWithin, what) {
  console.log(`${isWithin ? 'within' : 'OVER'} budget: ${what}`);
  if (!isWithin) process.exitCode = 1;
}
