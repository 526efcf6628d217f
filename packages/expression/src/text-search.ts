import type { Evaluation } from './evaluation.js';

/**
 * Up to this length the host looks for a part: its search may compare the whole part at every position of the text, so
 * that a long part that nearly fits everywhere would take as long as both lengths multiplied.
 */
const SHORT_PART = 32;

/** Places found in the time of a step. */
const PLACES_IN_A_STEP = 4;

/** Position of a part in a text at or after `from`, -1 if it is not there; its steps are spent. */
export function findText(evaluation: Evaluation, text: string, part: string, from = 0): number {
  evaluation.chargeText(text.length - from + part.length);
  return part.length <= SHORT_PART ? text.indexOf(part, from) : new LongPart(part).find(text, from);
}

/** Positions of a part that is not empty, without overlaps. Steps are spent. */
export function findAllText(evaluation: Evaluation, text: string, part: string): number[] {
  evaluation.chargeText(text.length + part.length);
  const long = part.length <= SHORT_PART ? undefined : new LongPart(part);
  const next = (from: number): number => (long === undefined ? text.indexOf(part, from) : long.find(text, from));
  const found: number[] = [];
  for (let at = next(0); at !== -1; at = next(at + part.length)) {
    if (found.push(at) % PLACES_IN_A_STEP === 0) evaluation.charge(1);
  }
  return found;
}

/** The parts of a text between separators, which are not empty; refuses more than an array may have. Steps are spent. */
export function splitText(evaluation: Evaluation, text: string, separator: string): string[] {
  const places = findAllText(evaluation, text, separator);
  evaluation.reserveArray(places.length + 1);
  return partsBetween(text, places, separator.length);
}

/** A text with every occurrence of a part replaced; refuses one longer than a text may be. Steps are spent. */
export function replaceText(evaluation: Evaluation, text: string, part: string, replacement: string): string {
  const places = findAllText(evaluation, text, part);
  if (places.length === 0) return text;
  evaluation.reserveText(text.length + places.length * (replacement.length - part.length));
  return partsBetween(text, places, part.length).join(replacement);
}

function partsBetween(text: string, places: readonly number[], width: number): string[] {
  let from = 0;
  const parts = places.map((at) => {
    const part = text.slice(from, at);
    from = at + width;
    return part;
  });
  parts.push(text.slice(from));
  return parts;
}

/** A part to be looked for in time proportional to the text (Knuth, Morris, Pratt). */
class LongPart {
  readonly #codes: Uint16Array;
  /** For each length of a prefix that fits: the longest shorter prefix that it ends with. */
  readonly #shorter: Int32Array;

  constructor(part: string) {
    const codes = new Uint16Array(part.length);
    for (let at = 0; at < part.length; at++) codes[at] = part.charCodeAt(at);
    const shorter = new Int32Array(part.length + 1);
    let fits = 0;
    for (let at = 1; at < codes.length; at++) {
      const code = codes[at];
      while (fits > 0 && codes[fits] !== code) fits = shorter[fits] ?? 0;
      if (codes[fits] === code) fits++;
      shorter[at + 1] = fits;
    }
    this.#codes = codes;
    this.#shorter = shorter;
  }

  find(text: string, from: number): number {
    const codes = this.#codes;
    const shorter = this.#shorter;
    const { length } = codes;
    let fits = 0;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      while (fits > 0 && codes[fits] !== code) fits = shorter[fits] ?? 0;
      if (codes[fits] === code && ++fits === length) return at - length + 1;
    }
    return -1;
  }
}
