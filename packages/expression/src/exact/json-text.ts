import { isWriting, markOfText } from './marks.js';

/**
 * A value whose JSON text is known: `stringifyJson` writes that text as it is, so that what is sent often is neither read nor written
 * again. Any other `JSON.stringify` writes what the text says.
 */
export class JsonText {
  readonly #text: string;

  /** `text` is valid JSON: it is not looked at. */
  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  toJSON(): unknown {
    return isWriting() ? markOfText(this.#text) : (JSON.parse(this.#text) as unknown);
  }
}
