import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';

/*
 * Loaded into a service before anything else: it holds on to so much memory that the share of its heap is used that a file says. Once that is 0 it lets all of it go, and makes and
 * drops some, as by work, so that memory is collected.
 */

const LOOK_EVERY_MS = 100;
/** Of eight bytes each: a mebibyte. */
const NUMBERS = 131_072;
const DROPPED = 8;
const file = process.env['MILLRACE_TEST_HELD_FILE'];
/** @type {number[][]} */
let held = [];

const piece = () => /** @type {number[]} */ (new Array(NUMBERS)).fill(0.5);

const look = () => {
  const share = Number(readFileSync(file ?? '', 'utf8'));
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const missing = Math.ceil((share * limit - used) / (NUMBERS * 8));
  if (share === 0) held = Array.from({ length: DROPPED }, piece);
  else for (let made = 0; made < missing; made++) held.push(piece());
};
setInterval(look, LOOK_EVERY_MS).unref();
