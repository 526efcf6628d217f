/**
 * Ends the process quietly once nobody reads any more what it prints, as `| head` when it has enough.
 *
 * @param {import('node:stream').Writable} [stream]
 */
export function endWithReader(stream = process.stdout) {
  stream.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
