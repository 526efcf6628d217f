import { parseArgs } from 'node:util';
import { COMMON_OPTIONS, EXIT, parseOptions, type Command, type Outcome } from './command.js';
import { DEAD_LETTER_COMMANDS } from './commands/dead-letters.js';
import { DOCTOR_COMMANDS } from './commands/doctor.js';
import { DRAIN_COMMANDS } from './commands/drain.js';
import { INDEX_COMMANDS } from './commands/indexes.js';
import { MASTER_KEY_COMMANDS } from './commands/rotate-master-key.js';
import { ORGANISATION_COMMANDS } from './commands/organisations.js';
import { PROFILE_COMMANDS } from './commands/profile.js';
import { SYSTEM_COMMANDS } from './commands/system.js';
import { ConfigError, descriptionOf, readConfig } from './config.js';
import { OperatorApi, RefusedError, UnavailableError } from './operator-api.js';
import { printable } from './printable.js';
import { table } from './table.js';

const PROGRAM = 'millrace-ops';

/** Everything the operator can do. */
export const COMMANDS: readonly Command[] = [
  ...SYSTEM_COMMANDS,
  ...DOCTOR_COMMANDS,
  ...DRAIN_COMMANDS,
  ...DEAD_LETTER_COMMANDS,
  ...ORGANISATION_COMMANDS,
  ...INDEX_COMMANDS,
  ...MASTER_KEY_COMMANDS,
  ...PROFILE_COMMANDS,
];

/** Where the program prints. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

/** Runs what was typed, by default in the environment of the process; returns what the program ends with. */
export async function run(
  argv: readonly string[],
  env: NodeJS.ProcessEnv | undefined,
  { out, error: toError }: Terminal,
): Promise<number> {
  // The one way to the operator's terminal.
  const terminal: Terminal = { out: (line) => out(printable(line)), error: (line) => toError(printable(line)) };
  const command = commandOf(argv);
  if (command === undefined) {
    const group = COMMANDS.filter(({ name }) => name.startsWith(`${argv[0]} `));
    const asked = argv.length === 0 || argv[0] === 'help' || argv[group.length === 0 ? 0 : 1] === '--help';
    const print = asked ? terminal.out : terminal.error;
    if (!asked) print(`There is no command "${argv.slice(0, 2).join(' ')}".`);
    overview(group.length === 0 ? COMMANDS : group).forEach((line) => print(line));
    return asked ? EXIT.ok : EXIT.usage;
  }
  const args = argv.slice(command.name.split(' ').length);
  try {
    const { values, positionals } = parseArgs({ args, options: parseOptions(command), allowPositionals: true });
    if (values['help'] === true) {
      usageOf(command).forEach((line) => terminal.out(line));
      return EXIT.ok;
    }
    const [least, most] = command.words ?? [0, 0];
    if (positionals.length < least || positionals.length > most) throw new UsageError(usageOf(command)[0] ?? '');
    const config = readConfig(env);
    const options = values as Readonly<Record<string, string | boolean | undefined>>;
    const outcome = await command.run({ words: positionals, options, api: new OperatorApi(config), config });
    print(outcome, values['json'] === true, terminal);
    return outcome.ok === false ? EXIT.refused : EXIT.ok;
  } catch (error) {
    return failure(error, command, terminal);
  }
}

class UsageError extends Error {}

function commandOf(argv: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name === argv.slice(0, name.split(' ').length).join(' '));
}

function print({ json, lines }: Outcome, asJson: boolean, { out }: Terminal): void {
  const printed = asJson ? JSON.stringify(json, null, 2).split('\n') : lines;
  printed.forEach((line) => out(line));
}

function failure(error: unknown, command: Command, terminal: Terminal): number {
  const isParsing = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
  if (error instanceof UsageError || error instanceof ConfigError || isParsing) {
    terminal.error((error as Error).message);
    terminal.error(`See ${PROGRAM} ${command.name} --help.`);
    return EXIT.usage;
  }
  if (error instanceof RefusedError) {
    terminal.error(`${error.code}: ${error.message}`);
    return EXIT.refused;
  }
  if (error instanceof UnavailableError) {
    terminal.error(error.message);
    return EXIT.unavailable;
  }
  throw error;
}

function usageOf({ name, parameters, summary, options = {}, settings = [] }: Command): string[] {
  const all = { ...options, ...COMMON_OPTIONS };
  const rows = Object.entries(all).map(([option, { type, description }]) => [
    `  --${option}${type === 'string' ? ' …' : ''}`,
    description,
  ]);
  const given = parameters === undefined ? '' : ` ${parameters}`;
  return [
    `Usage: ${PROGRAM} ${name}${given} [options]`,
    '',
    `${summary}.`,
    '',
    ...table(['Options:', ''], rows),
    '',
    ...(settings.length === 0
      ? []
      : [
          ...table(
            ['Settings:', ''],
            settings.map((one) => [`  ${one}`, descriptionOf(one)]),
          ),
          '',
        ]),
    ...EXIT_LINES,
  ];
}

const EXIT_LINES = [
  'Ends with 0 when all is well, 1 when something was refused or is not as it should be, 2 when it was called wrongly,',
  '3 when nobody could be asked. MILLRACE_API_URL and MILLRACE_OPERATOR_TOKEN say whom to ask.',
];

function overview(commands: readonly Command[]): string[] {
  const rows = commands.map(({ name, parameters, summary }) => [
    `  ${name}${parameters === undefined ? '' : ` ${parameters}`}`,
    summary,
  ]);
  return [`Usage: ${PROGRAM} COMMAND [--json] [--help]`, '', ...table(['Commands:', ''], rows), '', ...EXIT_LINES];
}
