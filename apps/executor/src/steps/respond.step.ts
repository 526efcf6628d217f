import { LIMITS } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { HEADER_NAME } from '@millrace/schema';
import { sizeOf } from '../engine/value-size.js';
import { templateField, valueField } from './fields.js';
import { StepFailure } from './step-failure.js';
import type { PureHandler } from './step-handler.js';

/** What may be in a header as one byte for each character, beginning with no space and on one line. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Output: `{status, headers, body}`; header names in lower case. Whoever waits for the execution gets it when it is recorded. */
export const respond: PureHandler<'respond'> = {
  kind: 'pure',
  compile(config) {
    const statusOf = valueField(config.status, 'status');
    const typeOf = config.content_type === undefined ? null : templateField(config.content_type, 'content_type');
    const headersOf = valueField(config.headers ?? {}, 'headers');
    const bodyOf = valueField(config.body, 'body');
    return (scope, options) => {
      const body = bodyOf(scope, options);
      requireSize(body);
      const headers = headersIn(headersOf(scope, options));
      const type = typeOf?.(scope, options);
      if (type !== undefined) headers['content-type'] = valueOf('content_type', type);
      requireHeaderSize(headers);
      return { status: statusIn(statusOf(scope, options)), headers, ...(body === undefined ? {} : { body }) };
    };
  },
};

function statusIn(value: unknown): number {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw invalid('status', 'must be a whole number from 200 to 599');
}

function headersIn(values: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(values as Record<string, unknown>)) {
    if (!HEADER_NAME.test(name)) throw invalid(`headers.${name}`, 'is no name of a header');
    if (value !== null && value !== undefined) headers[name.toLowerCase()] = valueOf(`headers.${name}`, value);
  }
  return headers;
}

function valueOf(field: string, value: unknown): string {
  const text = typeof value === 'string' ? value : stringifyJson(value);
  if (text.length <= LIMITS.responseHeaderBytes && VALUE.test(text)) return text;
  throw invalid(field, 'must be a text on one line, of Latin letters, that a header can have');
}

function requireHeaderSize(headers: Readonly<Record<string, string>>): void {
  const size = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > LIMITS.responseHeaderBytes)
    throw invalid('headers', `have more than ${LIMITS.responseHeaderBytes} bytes together`);
}

function requireSize(body: unknown): void {
  if (body === undefined || sizeOf(body, LIMITS.responseBytes).bytes <= LIMITS.responseBytes) return;
  throw new StepFailure(
    'OUTPUT_TOO_LARGE',
    `The body of a response has at most ${LIMITS.responseBytes} bytes of JSON`,
    {
      details: { field: 'config.body', limit_bytes: LIMITS.responseBytes },
    },
  );
}

function invalid(field: string, problem: string): StepFailure {
  return new StepFailure('EXPRESSION_FAILED', `config.${field} ${problem}`, { details: { field: `config.${field}` } });
}
