import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

interface ShellOptions {
  /** Its home, and where it begins. */
  readonly folder: string;
  /** Programs that come before all others, by their names: what `sh` runs for them, with `"$@"`. */
  readonly programs: Readonly<Record<string, string>>;
  /** Folders of other programs. */
  readonly path: readonly string[];
  /** What is replaced in commands and by what, such as a port that may be taken here. */
  readonly replaced: Readonly<Record<string, () => string>>;
}

/** A shell of an operator. What one block of commands exports, the next ones have. */
export class Shell {
  readonly #env: Readonly<Record<string, string>>;

  constructor(private readonly options: ShellOptions) {
    const { folder, programs, path } = options;
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const [name, script] of Object.entries(programs))
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    this.#env = { HOME: folder, PATH: [bin, ...path].join(':') };
  }

  /** Runs commands, to the first that fails; resolves to what they print. Rejects, with all that was printed, when one fails. */
  async run(commands: string): Promise<string> {
    const replaced = Object.entries(this.options.replaced);
    const run = replaced.reduce((text, [one, by]) => text.replaceAll(one, by()), commands);
    const script = [
      'set -euo pipefail',
      'exec </dev/null',
      '[ ! -f "$HOME/exported" ] || . "$HOME/exported"',
      run,
      'export -p >| "$HOME/exported"',
    ].join('\n');
    try {
      const options = { cwd: this.options.folder, env: this.#env, maxBuffer: 64 * 1024 ** 2 };
      const { stdout, stderr } = await execute('bash', ['-c', script], options);
      return `${stdout}${stderr}`;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`These commands fail:\n${run}\n\n${stdout}${stderr}`, { cause: error });
    }
  }
}
