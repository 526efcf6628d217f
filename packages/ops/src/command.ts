import type { ParseArgsConfig } from 'node:util';
import type { OperatorApi } from './operator-api.js';
import type { OpsConfig, SettingName } from './config.js';

/** What a command is given. */
export interface Invocation {
  /** What follows the name of the command and is no option. */
  readonly words: readonly string[];
  /** Options by their names. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly api: OperatorApi;
  readonly config: OpsConfig;
}

/** What came of a command: as JSON, as lines for people, and whether all is well. */
export interface Outcome {
  readonly json: unknown;
  readonly lines: readonly string[];
  /** False when what was looked at is not as it should be; true by default. */
  readonly ok?: boolean;
}

/** An option of a command. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly description: string;
}

/** Something the operator can do. */
export interface Command {
  /** As it is typed: one or two words. */
  readonly name: string;
  /** What follows the name, as in `ID…`; nothing by default. */
  readonly parameters?: string;
  readonly summary: string;
  /** Least and most words behind the name; none by default. */
  readonly words?: readonly [least: number, most: number];
  readonly options?: Readonly<Record<string, CommandOption>>;
  /** Settings that it reads besides the address of the API and the operator's token. */
  readonly settings?: readonly SettingName[];
  run(invocation: Invocation): Promise<Outcome>;
}

/** Options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  json: { type: 'boolean', description: 'print JSON, for programs' },
  help: { type: 'boolean', description: 'print this' },
};

/** What the program ends with. */
export const EXIT = {
  ok: 0,
  /** What was asked for was refused, or what was looked at is not as it should be. */
  refused: 1,
  usage: 2,
  /** Nobody could be asked, or failed at it: worth trying again. */
  unavailable: 3,
} as const;

/** The options of a command as `parseArgs` takes them. */
export function parseOptions(command: Command): NonNullable<ParseArgsConfig['options']> {
  const all = { ...command.options, ...COMMON_OPTIONS };
  return Object.fromEntries(Object.entries(all).map(([name, { type }]) => [name, { type }]));
}
