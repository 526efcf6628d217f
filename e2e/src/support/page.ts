import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { apiBase } from './api.js';
import { readEndpoints, REPOSITORY } from './platform.js';

/** A page of the documentation, whose examples are marked by `<!-- run: name -->` and `<!-- output: name -->`. */
export interface Page {
  readonly text: string;
  /** Names of what is run, in the order of the page. */
  readonly names: readonly string[];
  /** The example that is run under a name, as it is on the page. */
  example(name: string): string;
  /** What the page shows as the output. */
  output(name: string): string;
  /** Runs a command of the page, with the API's address and a token in its environment; returns what it prints. */
  run(name: string, environment?: Readonly<Record<string, string>>): Promise<string>;
}

/** `docs/<name>.md` */
export function pageOf(name: string): Page {
  const text = readFileSync(join(REPOSITORY, 'docs', `${name}.md`), 'utf8');
  const examples = (what: string): Map<string, string> =>
    new Map(
      [...text.matchAll(/<!-- (run|output): (\w+) -->\n\n```\w+\n([^]*?)```/g)].flatMap(
        ([, kind, example = '', block = '']) => (kind === what ? [[example, block]] : []),
      ),
    );
  const found = { run: examples('run'), output: examples('output') };
  const one = (kind: keyof typeof found, example: string): string => {
    const block = found[kind].get(example);
    if (block === undefined) throw new Error(`docs/${name}.md has no <!-- ${kind}: ${example} -->`);
    return block;
  };
  return {
    text,
    names: [...found.run.keys()],
    example: (example) => one('run', example),
    output: (example) => one('output', example),
    run: async (example, environment = {}) => {
      const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ...environment };
      return (await promisify(execFile)('bash', ['-c', one('run', example)], { env })).stdout;
    },
  };
}
