import { LIMITS } from '@millrace/contracts';
import { ExactNumber } from '@millrace/expression/exact';
import type { TextMask } from './text-mask.js';

/**
 * Replaces the values of secrets in an output, a failure or an Error that is logged. Never changes its argument, and gives
 * the same for the same argument: a step that is run again after a crash leaves the same behind.
 */
export type Redact = <Leaving>(leaving: Leaving) => Leaving;

/** What leaves a step, without secrets. Everything that is recorded, logged or passed on comes from here. */
export function redacted<Leaving>(leaving: Leaving, redact: Redact | null): Leaving {
  return redact === null ? leaving : redact(leaving);
}

/** Masks by all of these, in texts, names of members and numbers at any depth, and in Errors. What has nothing to mask stays the same object. */
export function redactionBy(masks: readonly TextMask[]): Redact {
  const [only] = masks;
  const apply: MaskText =
    only !== undefined && masks.length === 1
      ? (text) => only.apply(text)
      : (text) => masks.reduce((rest, mask) => mask.apply(rest), text);
  const mask: MaskText = (text) => (text.length < LIMITS.maskedCharacters ? text : apply(text));
  return <Leaving>(leaving: Leaving): Leaving => redactValue(leaving, mask) as Leaving;
}

type MaskText = (text: string) => string;

/** Integers below this are too short to be a secret, with their sign. */
const LONG_INTEGER = 10 ** (LIMITS.maskedCharacters - 2);

function redactValue(value: unknown, mask: MaskText): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'number') return redactNumber(value, mask);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof ExactNumber) return redactText(value, mask);
  if (Array.isArray(value)) return redactArray(value, mask);
  if (value instanceof Error) return redactError(value, mask);
  return redactObject(value as Record<string, unknown>, mask);
}

function redactNumber(value: number, mask: MaskText): number | string {
  if (Number.isInteger(value) && Math.abs(value) < LONG_INTEGER) return value;
  return redactText(value, mask);
}

function redactText<Kind extends number | ExactNumber>(value: Kind, mask: MaskText): Kind | string {
  const text = String(value);
  const left = mask(text);
  return left === text ? value : left;
}

function redactArray(items: readonly unknown[], mask: MaskText): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const left = redactValue(items[index], mask);
    if (copy === undefined && left !== items[index]) copy = items.slice(0, index);
    copy?.push(left);
  }
  return copy ?? items;
}

function redactObject(object: Readonly<Record<string, unknown>>, mask: MaskText): Readonly<Record<string, unknown>> {
  const names = Object.keys(object);
  let entries: [string, unknown][] | undefined;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? '';
    const value = object[name];
    // Nearly all names are too short, and this is done for each member of all that leaves a step.
    const leftName = name.length < LIMITS.maskedCharacters ? name : mask(name);
    const left = redactValue(value, mask);
    if (entries === undefined && (leftName !== name || left !== value)) entries = entriesBefore(object, names, index);
    entries?.push([leftName, left]);
  }
  // By definition and not by assignment: a member may be called __proto__.
  return entries === undefined ? object : Object.fromEntries(entries);
}

/** Apart from its caller, so that objects with nothing to mask need no closure. */
function entriesBefore(
  object: Readonly<Record<string, unknown>>,
  names: readonly string[],
  index: number,
): [string, unknown][] {
  return names.slice(0, index).map((name) => [name, object[name]]);
}

/** Members of members of an Error that are looked at; what is deeper is left out. */
const ERROR_DEPTH = 6;
/** Objects in an Error that are looked at; the others are left out. What servers send may be in it, and may be much. */
const ERROR_PARTS = 1_000;

/** For the log: what serialisers read of an Error. */
function redactError(error: Error, mask: MaskText): Error {
  return new ErrorCopy(mask).of(error, []);
}

/** Part of an Error may be anything, also what is part of itself: a certificate of TLS is its own issuer, and has its bytes. */
class ErrorCopy {
  #left = ERROR_PARTS;

  constructor(private readonly mask: MaskText) {}

  of(error: Error, around: readonly object[]): Error {
    const copy = new Error(this.mask(error.message));
    copy.name = error.name;
    copy.stack = this.mask(error.stack ?? '');
    const within = [...around, error];
    if (error.cause !== undefined) copy.cause = this.#part(error.cause, within);
    for (const [name, value] of Object.entries(error))
      Object.defineProperty(copy, name, { value: this.#part(value, within), enumerable: true });
    return copy;
  }

  #part(value: unknown, around: readonly object[]): unknown {
    if (typeof value !== 'object' || value === null || value instanceof ExactNumber)
      return redactValue(value, this.mask);
    if (around.includes(value) || around.length > ERROR_DEPTH || --this.#left < 0) return undefined;
    if (value instanceof Error) return this.of(value, around);
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
    const within = [...around, value];
    if (Array.isArray(value)) return value.map((item) => this.#part(item, within));
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [this.mask(name), this.#part(member, within)]),
    );
  }
}
