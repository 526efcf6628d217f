import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const BRACE = 0x7b;

/**
 * Removes consumers of NATS that a loss of power has left without a description, or with a state full of zeros. NATS passes over such a one when it starts, and refuses for
 * ever to make one of its name; the services make it anew, where its stream allows.
 *
 * @param {string} dir data of NATS
 * @returns {string[]} the folders that were removed
 */
export function removeDamagedConsumers(dir) {
  return foldersIn(join(dir, 'jetstream'))
    .flatMap((account) => foldersIn(join(account, 'streams')))
    .flatMap((stream) => foldersIn(join(stream, 'obs')))
    .filter(isDamaged)
    .map((consumer) => {
      rmSync(consumer, { recursive: true, force: true });
      return consumer;
    });
}

/** @param {string} folder */
function isDamaged(folder) {
  const [meta, state] = ['meta.inf', 'o.dat'].map((name) => firstByte(join(folder, name)));
  // The state has a magic number in front; an empty one is that of a consumer that has delivered nothing.
  return meta !== BRACE || state === 0;
}

/**
 * @param {string} file
 * @returns {number | undefined}
 */
function firstByte(file) {
  return existsSync(file) ? readFileSync(file)[0] : undefined;
}

/** @param {string} folder */
function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [join(folder, entry.name)] : [],
  );
}
