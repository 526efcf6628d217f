import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';

/*
 * Loaded into a service before anything else: it holds on to so much memory that the share of its heap is used that a file says, and to no more. What it does not hold on to is
 * made and dropped, as by work, so that memory is collected.
 */

const LOOK_EVERY_MS = 100;
/** Of eight bytes each: a mebibyte. */
const NUMBERS = 131_072;
const file = process.env['MILLRACE_TEST_HELD_FILE'];
/** @type {number[][]} */
let held = [];

const look = () => {
  const share = Number(readFileSync(file ?? '', 'utf8'));
  if (share === 0) held = [];
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const missing = Math.ceil((share * limit - used) / (NUMBERS * 8));
  for (let made = 0; made < Math.max(missing, 8); made++) {
    const numbers = new Array(NUMBERS).fill(made + 0.5);
    if (made < missing) held.push(numbers);
  }
};
setInterval(look, LOOK_EVERY_MS).unref();
