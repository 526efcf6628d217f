import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Streams } from './database.js';

/** What a command does: with what the pattern has found in it, the input and output, and all words. */
type Action = (found: readonly string[], streams: Streams, words: readonly string[]) => unknown;

/** Commands by patterns of their words, which are joined by spaces. The first that fits is taken. */
export type Commands = readonly (readonly [RegExp, Action])[];

/** In the place of kubectl: a program that sends what it is called with to the test (`kubectl-program.mjs`), where a command that is not known fails. */
export class Kubectl {
  readonly #server: Server;

  private constructor(commands: Commands) {
    this.#server = createServer((request, response) => {
      const words = JSON.parse(decodeURIComponent(String(request.headers['x-arguments']))) as string[];
      run(commands, words, { stdin: request, stdout: response })
        .then(() => response.end())
        .catch((error: unknown) => {
          if (response.headersSent) response.destroy();
          else response.writeHead(500).end(`kubectl ${words.join(' ')}: ${String(error)}`);
        });
    });
  }

  static async start(commands: Commands): Promise<Kubectl> {
    const kubectl = new Kubectl(commands);
    await new Promise<void>((resolve) => kubectl.#server.listen(0, '127.0.0.1', resolve));
    return kubectl;
  }

  /** The command by which a shell runs it. */
  get command(): string {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return `exec '${process.execPath}' '${join(__dirname, 'kubectl-program.mjs')}' ${url} "$@"`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function run(commands: Commands, words: readonly string[], streams: Streams): Promise<void> {
  const line = words.join(' ');
  for (const [pattern, action] of commands) {
    const found = pattern.exec(line);
    if (found !== null) return void (await action(found.slice(1), streams, words));
  }
  throw new Error('the test has nothing in the place of this command');
}
