import { readFileSync } from 'node:fs';

/** The commands of a page, by where they are: `Back up 3` is the block of that step, `Restore 5 (2)` the second one, and step 0 what is before the first. */
export class Page {
  readonly #blocks: ReadonlyMap<string, string>;
  readonly #taken = new Set<string>();

  constructor(file: string) {
    this.#blocks = blocksOf(readFileSync(file, 'utf8'));
  }

  /** A block of commands as it is on the page, without the indentation of its list. Throws when there is none. */
  take(place: string): string {
    const text = this.#blocks.get(place);
    if (text === undefined) throw new Error(`The page has no commands at "${place}".`);
    this.#taken.add(place);
    return text;
  }

  /** Where there are commands that have not been taken. */
  get left(): string[] {
    return [...this.#blocks.keys()].filter((place) => !this.#taken.has(place));
  }
}

/** A section, a step, or a block of commands. */
const PARTS = /^## (?<title>.*)$|^(?<number>\d+)\. |^(?<indent> *)```sh\n(?<commands>[^]*?)\n *```$/gm;

function blocksOf(text: string): Map<string, string> {
  const blocks = new Map<string, string>();
  let [section, step] = ['', '0'];
  for (const { groups = {} } of text.matchAll(PARTS)) {
    const { title, number, indent = '', commands } = groups;
    if (title !== undefined) [section, step] = [title, '0'];
    if (number !== undefined) step = number;
    if (commands === undefined) continue;
    let place = `${section} ${step}`;
    for (let count = 2; blocks.has(place); count++) place = `${section} ${step} (${count})`;
    blocks.set(place, commands.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
  }
  return blocks;
}
