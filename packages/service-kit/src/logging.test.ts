import { AppError } from '@millrace/contracts';
import type { Response } from 'express';
import { CatalogueExceptionFilter, type IdentifiedRequest } from './http-errors.js';
import { createLogger, createLoggerTo, type Logger } from './logging.js';

/** A service's logger, and the lines that it has written. */
function recorded(options: { level?: string; mixin?: () => object } = {}): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { logger: createLoggerTo(destination, { service: 'history', level: 'info', ...options }), lines };
}

const parsed = (lines: string[]): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a line of the log', () => {
  it('is an object that says how serious it is, when it was, of which service, and what', () => {
    const { logger, lines } = recorded();
    logger.warn({ stream: 'RUNS' }, 'Something is odd');
    logger.debug('below the level');
    expect(lines.map((line) => line.endsWith('}\n'))).toEqual([true]);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
    const line = { level: 'warn', time, service: 'history', stream: 'RUNS', msg: 'Something is odd' };
    expect(parsed(lines)).toEqual([line]);
  });

  it.each(['authorization', 'token', 'password', 'secret'])('has no value of a field `%s`', (field) => {
    const { logger, lines } = recorded();
    logger.info({ [field]: 'hunter2', other: 'seen' }, 'Logged by mistake');
    expect(parsed(lines)).toMatchObject([{ [field]: '[redacted]', other: 'seen' }]);
    expect(lines.join('')).not.toContain('hunter2');
  });

  it.each(['authorization', 'cookie'])('has no value of a header `%s`', (header) => {
    const { logger, lines } = recorded();
    logger.info({ headers: { [header]: 'hunter2', accept: 'seen' } }, 'Logged by mistake');
    expect(parsed(lines)).toMatchObject([{ headers: { [header]: '[redacted]', accept: 'seen' } }]);
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('has no credentials of a logger that was made for one matter either', () => {
    const { logger, lines } = recorded();
    logger.child({ token: 'hunter2', executionId: 'exec_1' }).info('Logged by mistake');
    expect(parsed(lines)).toMatchObject([{ token: '[redacted]', executionId: 'exec_1' }]);
  });

  it('has what surrounds it, such as its trace', () => {
    const { logger, lines } = recorded({ mixin: () => ({ trace_id: 'aa' }) });
    logger.info({ executionId: 'exec_1' }, 'Done');
    expect(parsed(lines)).toMatchObject([{ trace_id: 'aa', executionId: 'exec_1' }]);
  });

  it('about a call that failed has the id of the call, and no text of its headers', () => {
    const { logger, lines } = recorded();
    const response = { setHeader: () => response, status: () => response, json: () => response };
    const call = { method: 'GET', path: '/v1/me', requestId: 'req_1', headers: { authorization: 'hunter2' } };
    new CatalogueExceptionFilter(logger).answer(
      new AppError('SERVICE_UNAVAILABLE'),
      call as unknown as IdentifiedRequest,
      response as unknown as Response,
    );
    expect(parsed(lines)).toMatchObject([{ level: 'warn', code: 'SERVICE_UNAVAILABLE', requestId: 'req_1' }]);
    expect(lines.join('')).not.toContain('hunter2');
  });
});

test('however many loggers a process has, they have one listener at its end', () => {
  const before = process.listenerCount('exit');
  for (let made = 0; made < 20; made++) createLogger({ service: 'history', level: 'silent' });
  expect(process.listenerCount('exit') - before).toBe(1);
});
