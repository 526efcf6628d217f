import type { ArgumentsHost } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import type { Logger } from '@millrace/service-kit/logging';
import { ApiExceptionFilter } from './api-exception-filter.js';

/** The headers of the response to a failure. */
function headersOf(error: AppError): Record<string, unknown> {
  const headers: Record<string, unknown> = {};
  const response = {
    headersSent: false,
    setHeader: (name: string, value: unknown) => void (headers[name] = value),
    status: () => response,
    json: () => response,
  };
  const http = { getRequest: () => ({ method: 'POST', path: '/v1/x' }), getResponse: () => response };
  const filter = new ApiExceptionFilter({ debug: () => undefined } as unknown as Logger);
  filter.catch(error, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return headers;
}

test('a rate limit of another service says when to come again, where that service knows', () => {
  const limited = (details: object) => new AppError('RATE_LIMIT_EXCEEDED', { details: { ...details } });
  expect(headersOf(limited({ kind: 'redeliveries_at_once', retry_after: 7 }))).toEqual({ 'Retry-After': 7 });
  expect(headersOf(limited({ kind: 'event_redeliveries', limit: 1_000 }))).toEqual({});
});
