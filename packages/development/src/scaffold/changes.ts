import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ScaffoldError } from './scaffold-error.js';

/** Files that are made or edited together: nothing is written before all of it is known to fit. Paths are relative to the repository. */
export class Changes {
  readonly #texts = new Map<string, string>();
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The files, in the order in which they were changed first. */
  get paths(): string[] {
    return [...this.#texts.keys()];
  }

  /** Adds a file. Throws ScaffoldError when there is one. */
  create(path: string, text: string): void {
    if (existsSync(join(this.#root, path))) throw new ScaffoldError(`${path} exists already: choose another name`);
    this.#texts.set(path, text);
  }

  /** Changes a file. Throws ScaffoldError, which names the file, when its place for the change is not found. */
  edit(path: string, change: (text: string) => string): void {
    const before = this.#texts.get(path) ?? readFileSync(join(this.#root, path), 'utf8');
    try {
      this.#texts.set(path, change(before));
    } catch (error) {
      throw error instanceof ScaffoldError ? new ScaffoldError(`${path}: ${error.message}`) : error;
    }
  }

  /** Writes everything as `formatted` makes it. */
  async write(formatted: (root: string, file: string, text: string) => Promise<string>): Promise<void> {
    const files = [...this.#texts].map(async ([path, text]): Promise<[file: string, text: string]> => {
      const file = join(this.#root, path);
      return [file, await formatted(this.#root, file, text)];
    });
    for (const [file, text] of await Promise.all(files)) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}
