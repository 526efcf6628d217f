import { parseArgs } from 'node:util';

/**
 * The flags of a command, those that take a text, and its operand if it has one. A word that the command does not know ends the process before anything is done, so that a
 * misspelt flag, or `--help`, does not stop a platform or wipe its data: with the usage, and exit code 2 (0 for `--help`).
 *
 * @param {string[]} argv what follows the name of the script
 * @param {{ usage: string, flags?: readonly string[], texts?: readonly string[], operand?: string }} command its usage, its flags without dashes, those
 *   that take a text, and the name of its operand
 * @returns {{ flags: Readonly<Record<string, boolean>>, texts: Readonly<Record<string, string>>, operand: string }} true for each flag that was given;
 *   only texts that were given; no operand is an empty text
 */
export function readArguments(argv, { usage, flags = [], texts = [], operand }) {
  /** @type {Record<string, { type: 'boolean' | 'string' }>} */
  const options = {};
  for (const flag of [...flags, 'help']) options[flag] = { type: 'boolean' };
  for (const name of texts) options[name] = { type: 'string' };
  try {
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: operand !== undefined });
    if (!values['help']) {
      if (operand !== undefined && positionals.length !== 1) throw new Error(`${operand} is missing, or is not alone`);
      return {
        flags: Object.fromEntries(flags.map((flag) => [flag, values[flag] === true])),
        texts: Object.fromEntries(
          texts.flatMap((name) => {
            const value = values[name];
            return typeof value === 'string' ? [[name, value]] : [];
          }),
        ),
        operand: positionals[0] ?? '',
      };
    }
    process.stdout.write(`Usage: ${usage}\n`);
    return process.exit(0);
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error);
    process.stderr.write(`${problem}.\nUsage: ${usage}\n`);
    return process.exit(2);
  }
}

/**
 * The flags of a command that takes no operand; see {@link readArguments}.
 *
 * @param {string[]} argv
 * @param {{ usage: string, flags?: readonly string[] }} command
 * @returns {Readonly<Record<string, boolean>>}
 */
export function readFlags(argv, command) {
  return readArguments(argv, command).flags;
}
