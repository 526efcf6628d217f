import { parseArgs } from 'node:util';
import { ScaffoldError } from './scaffold-error.js';
import { capitalised } from './names.js';

const PARTS = ['step', 'trigger', 'service'] as const;

/** What is to be made. */
export interface Wish {
  readonly part: (typeof PARTS)[number];
  readonly name: string;
  /** What it does, without a full stop. */
  readonly description: string;
  /** Of a step: it calls a service. */
  readonly client: boolean;
}

/** How the command is called. */
export const USAGE = [
  'npm run new -- step    NAME "What it does"             a step that only computes',
  'npm run new -- step    NAME "What it does" --client    a step that calls a service',
  'npm run new -- trigger NAME "What starts executions"',
  'npm run new -- service NAME "What it does"',
].join('\n');

/** What the command's arguments ask for. Throws ScaffoldError. */
export function parseArguments(argv: readonly string[]): Wish {
  const { positionals, client } = read(argv);
  const [part, name, text = '', ...rest] = positionals;
  const known = PARTS.find((one) => one === part);
  if (known === undefined) throw new ScaffoldError(`What is to be made? One of: ${PARTS.join(', ')}`);
  if (name === undefined) throw new ScaffoldError(`The ${known} needs a name`);
  if (rest.length > 0) throw new ScaffoldError('What it does must be one argument: put it in quotation marks');
  if (client && known !== 'step') throw new ScaffoldError('--client is for steps');
  const description = capitalised(text.trim().replace(/\.$/, ''));
  if (!/^[A-Z][^'"`|<>\\\n]*$/.test(description))
    throw new ScaffoldError(`The ${known} needs a sentence that says what it does, without quotation marks in it`);
  return { part: known, name, description, client };
}

function read(argv: readonly string[]): { positionals: string[]; client: boolean } {
  try {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { client: { type: 'boolean', default: false } },
    });
    return { positionals, client: values.client };
  } catch (error) {
    throw new ScaffoldError(error instanceof Error ? error.message : String(error));
  }
}
