import { parseArgs } from 'node:util';

/**
 * The flags of a command. A word that the command does not know ends the process before anything is done, so that a misspelt
 * flag, or `--help`, does not stop a platform or wipe its data: with the usage, and exit code 2 (0 for `--help`).
 *
 * @param {string[]} argv what follows the name of the script
 * @param {{ usage: string, flags?: readonly string[] }} command its usage in one line, and its flags without dashes
 * @returns {Readonly<Record<string, boolean>>} true for each flag that was given
 */
export function readFlags(argv, { usage, flags = [] }) {
  const options = Object.fromEntries(
    [...flags, 'help'].map((flag) => [flag, { type: /** @type {const} */ ('boolean') }]),
  );
  try {
    const { values } = parseArgs({ args: argv, options });
    if (!values['help']) return Object.fromEntries(flags.map((flag) => [flag, values[flag] === true]));
    process.stdout.write(`Usage: ${usage}\n`);
    return process.exit(0);
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error);
    process.stderr.write(`${problem}.\nUsage: ${usage}\n`);
    return process.exit(2);
  }
}
