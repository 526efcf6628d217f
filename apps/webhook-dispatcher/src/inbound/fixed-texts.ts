import { secretsNamedIn, TriggerTexts, type ReadFormerSecrets, type ReadSecrets } from './trigger-texts.js';

/** Characters of what is kept, its keys included: of some thousand triggers. */
const KEPT_CHARACTERS = 4 * 1024 * 1024;
/** What a text takes beside its characters, in memory. */
const OVERHEAD_CHARACTERS = 100;
/** For so long a text that could not be worked out counts as such: it may have been the load of the machine. */
const FAILURE_MS = 10_000;

/** The texts of one trigger's templates, in their order; null for one that cannot be worked out. */
export type Texts = readonly (string | null)[];

interface Kept {
  readonly texts: Texts;
  /** Milliseconds of `performance.now()`. */
  readonly until: number;
  readonly characters: number;
}

/** The names of secrets by templates, and texts by templates and secrets: least recently used first. */
const kept = new Map<string, Kept>();
let characters = 0;

/**
 * What the templates of a trigger's headers or signature give. They read secrets and nothing of a call, so they are worked out once for
 * these templates and these values of secrets, however many calls there are: anybody can call. Templates of one trigger have one small
 * budget together, and its former secrets one for each time that they were rotated.
 */
export class FixedTexts {
  private constructor(
    private readonly templates: readonly string[],
    private readonly names: readonly string[],
    private readonly secrets: Readonly<Record<string, string>>,
  ) {}

  /** Reads the secrets that they name. Throws what `read` throws. */
  static async open(templates: readonly string[], read: ReadSecrets): Promise<FixedTexts> {
    const names = remembered(JSON.stringify(templates), () => secretsNamedIn(templates)) as readonly string[];
    return new FixedTexts(templates, names, names.length === 0 ? {} : await read(names));
  }

  /** With the secrets as they are. */
  get texts(): Texts {
    return this.#textsWith(this.secrets);
  }

  /** With the former values of secrets that have been rotated, once for each time that one was, latest first. Throws what `readFormer` throws. */
  async former(readFormer: ReadFormerSecrets): Promise<Texts[]> {
    const former = Object.entries(this.names.length === 0 ? {} : await readFormer(this.names));
    const times = Math.max(0, ...former.map(([, values]) => values.length));
    return Array.from({ length: times }, (_, time) => {
      const secrets = { ...this.secrets };
      for (const [name, values] of former) {
        const before = values[time];
        if (before !== undefined) secrets[name] = before;
      }
      return this.#textsWith(secrets);
    });
  }

  #textsWith(secrets: Readonly<Record<string, string>>): Texts {
    return remembered(JSON.stringify([this.templates, secrets]), () =>
      new TriggerTexts(this.templates, secrets).evaluateAll(),
    );
  }
}

function remembered(key: string, make: () => Texts): Texts {
  const now = performance.now();
  const known = kept.get(key);
  if (known !== undefined) forget(key, known);
  if (known !== undefined && known.until > now) return keep(key, known);
  const texts = make();
  const size = texts.reduce((sum, text) => sum + (text?.length ?? 0) + OVERHEAD_CHARACTERS, key.length);
  return keep(key, { texts, until: texts.includes(null) ? now + FAILURE_MS : Infinity, characters: size });
}

function keep(key: string, entry: Kept): Texts {
  kept.set(key, entry);
  characters += entry.characters;
  for (const [oldest, its] of kept) {
    if (characters <= KEPT_CHARACTERS) break;
    forget(oldest, its);
  }
  return entry.texts;
}

function forget(key: string, entry: Kept): void {
  kept.delete(key);
  characters -= entry.characters;
}
