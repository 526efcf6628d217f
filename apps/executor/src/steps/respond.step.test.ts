import { LIMITS } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { stepDefinitions, type ConfigInputOf } from '@millrace/schema';
import { aScope, options } from '../../test/support/scope.js';
import { respond } from './respond.step.js';

const answer = (config: ConfigInputOf<'respond'>, input: unknown = {}): unknown =>
  respond.compile(stepDefinitions.respond.config.parse(config))(aScope({ input }), options);
const refused = (config: ConfigInputOf<'respond'>, field: string, input: unknown = {}) =>
  expect(() => answer(config, input)).toThrow(
    expect.objectContaining({ code: 'EXPRESSION_FAILED', details: { field: `config.${field}` } }) as Error,
  );

describe('respond', () => {
  it('is 200 and nothing by default', () => {
    expect(answer({})).toEqual({ status: 200, headers: {} });
  });

  it('evaluates status, media type, headers and body', () => {
    const config = {
      status: '{{input.status}}',
      content_type: '{{input.type}}',
      headers: {
        'X-Count': '{{input.n}}',
        Location: '/orders/{{input.n}}',
        'X-None': '{{input.none}}',
        'X-Flag': true,
      },
      body: { n: '{{input.n}}' },
    };
    expect(answer(config, { status: 201, type: 'application/hal+json', n: 7, none: null })).toEqual({
      status: 201,
      headers: { 'x-count': '7', location: '/orders/7', 'x-flag': 'true', 'content-type': 'application/hal+json' },
      body: { n: 7 },
    });
    expect(answer({ status: '{{input}}' }, '404')).toMatchObject({ status: 404 });
  });

  it('keeps every digit of a number', () => {
    const input = parseJson('{"n": 12345678901234567890.10}');
    expect(stringifyJson(answer({ body: '{{input}}', headers: { n: '{{input.n}}' } }, input))).toBe(
      '{"status":200,"headers":{"n":"12345678901234567890.10"},"body":{"n":12345678901234567890.10}}',
    );
  });

  it.each([[199], [600], [200.5], ['fine'], [null], [{}]])('refuses the status %j', (status) => {
    refused({ status: '{{input}}' }, 'status', status);
  });

  it.each([['a\r\nSet-Cookie: b'], ['a\nb'], ['a\0b'], ['日本']])('refuses the header value %j', (value) => {
    refused({ headers: { 'X-A': '{{input}}' } }, 'headers.X-A', value);
    refused({ content_type: '{{input}}' }, 'content_type', value);
  });

  it.each(['X A', 'X:A', 'X\nA', ''])('refuses the header name %j', (name) => {
    refused({ headers: { [name]: 'a' } }, `headers.${name}`);
  });

  it('bounds headers and body', () => {
    const half = 'x'.repeat(LIMITS.responseHeaderBytes / 2);
    refused({ headers: { 'X-A': half, 'X-B': half } }, 'headers');
    refused({ headers: { 'X-A': half + half + half } }, 'headers.X-A');
    const body = 'x'.repeat(LIMITS.responseBytes - 2);
    expect(() => answer({ body: '{{input}}' }, body)).not.toThrow();
    expect(() => answer({ body: '{{input}}' }, `${body}x`)).toThrow(
      expect.objectContaining({ code: 'OUTPUT_TOO_LARGE' }) as Error,
    );
  });
});
