import { ExactNumber, stringifyJson } from '@millrace/expression/exact';
import { sizeOf } from '../engine/value-size.js';
import { StepFailure } from '../steps/step-failure.js';

/** A value of a field, if it is no larger as JSON than the limit. Throws StepFailure. */
export function bounded<Value>(value: Value, field: string, limit: number): Value {
  if (value === undefined || sizeOf(value, limit).bytes <= limit) return value;
  throw new StepFailure(
    'EXPRESSION_FAILED',
    `config.${field} has more than ${limit} bytes as JSON; send less, or several requests`,
    { details: { field: `config.${field}`, limit } },
  );
}

/** Headers by their names in lower case. */
export function lowerCased(headers: unknown): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers as Record<string, unknown>)) {
    if (value !== null && value !== undefined) result[name.toLowerCase()] = asText(value, `headers.${name}`);
  }
  return result;
}

/** An address with parameters added to its query; an array repeats its parameter, null leaves it out. */
export function withQuery(url: unknown, query: unknown): string {
  if (typeof url !== 'string') throw mistyped('url', 'a text', url);
  if (typeof query !== 'object' || query === null || Array.isArray(query)) throw mistyped('query', 'an object', query);
  const added = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== null && one !== undefined)
      .map((one) => `${encoded(name)}=${encoded(asText(one, `query.${name}`))}`),
  );
  if (added.length === 0) return url;
  const hash = url.indexOf('#');
  const address = hash < 0 ? url : url.slice(0, hash);
  const separator = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return address + separator + added.join('&') + url.slice(address.length);
}

/** Fields of a form, as a body. */
export function formText(form: unknown): string {
  if (typeof form !== 'object' || form === null || Array.isArray(form)) throw mistyped('form', 'an object', form);
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    if (value !== null && value !== undefined) fields.append(name, asText(value, `form.${name}`));
  }
  return fields.toString();
}

/** A value as the text of a header, a parameter or a field. Throws StepFailure. */
export function asText(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof ExactNumber) return String(value);
  throw mistyped(field, 'a text, number or boolean', value);
}

/** A value as a body: text as it is, anything else as JSON. */
export function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : (stringifyJson(body) ?? 'null');
}

/** A failure that says what a field must be. */
export function mistyped(field: string, wanted: string, value: unknown): StepFailure {
  const kind =
    value === null || value === undefined
      ? 'nothing'
      : Array.isArray(value)
        ? 'an array'
        : `a value of type ${typeof value}`;
  return new StepFailure('EXPRESSION_FAILED', `config.${field} must be ${wanted}, but got ${kind}`, {
    details: { field: `config.${field}` },
  });
}

/** Half a surrogate pair has no encoding: it becomes the replacement character, as in every browser. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
