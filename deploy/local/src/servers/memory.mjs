import { totalmem } from 'node:os';

const MEBIBYTE = 1024 * 1024;

/** The part of the machine's memory at which NATS begins to look for garbage in earnest, and between what bounds that is. */
const SHARE_OF_MEMORY = 1 / 16;
const LEAST_BYTES = 128 * MEBIBYTE;
const MOST_BYTES = 512 * MEBIBYTE;

/**
 * From what size on NATS rather collects its garbage than takes more memory, in bytes (`GOMEMLIMIT`). By itself Go collects when the
 * heap has doubled: under large messages NATS takes twice what it holds, and more. It is no limit of what it may hold: with that much in use
 * it is slower, and does not end.
 *
 * @param {number} [machineBytes] memory of the machine
 */
export function collectingFrom(machineBytes = totalmem()) {
  return Math.round(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, machineBytes * SHARE_OF_MEMORY)));
}
