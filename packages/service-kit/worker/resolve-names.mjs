// Runs in a thread of its own; see ../src/safe-http/name-thread.ts. Plain JavaScript, so that it starts from source and from a build alike.
import { Resolver } from 'node:dns';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {unknown} */
const given = workerData;
const { servers, questionMs, tries, mostAddresses } =
  /** @type {import('../src/safe-http/name-thread.js').NameSettings} */ (given);

const resolver = new Resolver({ timeout: questionMs, tries });
if (servers !== undefined) resolver.setServers([...servers]);

/**
 * @param {string} name
 * @param {4 | 6} family
 * @returns {Promise<{ address: string, family: 4 | 6 }[]>}
 */
function addressesOf(name, family) {
  return new Promise((resolve, reject) => {
    /**
     * @param {Error | null} error
     * @param {string[]} addresses
     */
    const onAnswer = (error, addresses) => {
      if (error !== null) reject(error);
      else if (addresses.length > mostAddresses) reject(tooMany(name, addresses.length));
      else resolve(addresses.map((address) => ({ address, family })));
    };
    if (family === 4) resolver.resolve4(name, onAnswer);
    else resolver.resolve6(name, onAnswer);
  });
}

/**
 * @param {string} name
 * @param {number} count
 */
function tooMany(name, count) {
  return Object.assign(new Error(`${name} has ${count} addresses, and ${mostAddresses} are the most that are taken`), {
    code: 'TOO_MANY_ADDRESSES',
  });
}

/**
 * IPv4 first, since more machines have a way there; both are tried.
 *
 * @param {string} name
 * @returns {Promise<import('../src/safe-http/name-thread.js').FoundAddresses>}
 */
async function found(name) {
  const families = await Promise.allSettled([addressesOf(name, 4), addressesOf(name, 6)]);
  const addresses = families.flatMap((family) => (family.status === 'fulfilled' ? family.value : []));
  const errors = families.flatMap((family) =>
    family.status === 'rejected' ? [/** @type {Error & { code?: string }} */ (family.reason)] : [],
  );
  const problem =
    errors.find(({ code }) => code === 'TOO_MANY_ADDRESSES') ?? (addresses.length > 0 ? undefined : errors[0]);
  return problem === undefined ? { addresses } : { message: problem.message, code: problem.code ?? 'UNKNOWN' };
}

parentPort?.on('message', (/** @type {import('../src/safe-http/name-thread.js').NameQuestion} */ { id, name }) => {
  void found(name).then((reply) => parentPort?.postMessage({ id, reply }));
});
