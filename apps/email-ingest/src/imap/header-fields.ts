import { MAIL_LIMITS } from '../limits.js';

/** Header fields of a message by their names in lower case, each as often as it is there, unfolded and not decoded. */
export type HeaderFields = ReadonlyMap<string, readonly string[]>;

/** Reads the lines of a header, so many that no message has more. What is no header field is left out. */
export function headerFields(lines: Buffer): HeaderFields {
  const fields = new Map<string, string[]>();
  const unfolded = lines.toString('latin1').replace(/\r?\n(?=[\t ])/g, '');
  for (const line of unfolded.split(/\r?\n/, MAIL_LIMITS.headLines)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const values = fields.get(name);
    const value = line.slice(colon + 1).trim();
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

/** The first field of a name, in lower case; empty without one. */
export function firstOf(fields: HeaderFields, name: string): string {
  return fields.get(name)?.[0]?.toLowerCase() ?? '';
}
