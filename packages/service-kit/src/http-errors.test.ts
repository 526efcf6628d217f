import { NotFoundException } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import type { Response } from 'express';
import { CatalogueExceptionFilter, toAppError, type IdentifiedRequest } from './http-errors.js';
import type { Logger } from './logging.js';

const request = { method: 'GET', path: '/v1/nothing' };

describe('toAppError', () => {
  it('keeps an error of the catalogue', () => {
    const error = new AppError('WORKFLOW_PAUSED');
    expect(toAppError(error, request)).toBe(error);
  });

  it('names the route that does not exist', () => {
    expect(toAppError(new NotFoundException(), request)).toMatchObject({
      code: 'ROUTE_NOT_FOUND',
      message: 'The API has no route GET /v1/nothing. Its routes begin with /v1, and /docs lists them',
      details: request,
    });
  });

  it('repeats the beginning of a long path only', () => {
    const error = toAppError(new NotFoundException(), { method: 'GET', path: `/${'a'.repeat(15_000)}` });
    expect(JSON.stringify(error.toBody()).length).toBeLessThan(700);
  });

  it('reveals nothing of a failure that is not in the catalogue', () => {
    const error = toAppError(new Error('password of the database is hunter2'), request);
    expect(error.code).toBe('INTERNAL_ERROR');
    expect(JSON.stringify(error.toBody())).not.toContain('hunter2');
  });
});

describe('the answer to a failure', () => {
  /** What was done to the response, and logged. */
  function answered(exception: unknown, { path = '/', headersSent = false } = {}) {
    const done = { headers: {} as Record<string, string>, status: 0, destroyed: false, lines: [] as object[] };
    const note = (fields: object) => void done.lines.push(fields);
    const response = {
      headersSent,
      setHeader: (name: string, value: string) => void (done.headers[name] = value),
      status: (status: number) => ((done.status = status), response),
      json: () => response,
      destroy: () => void (done.destroyed = true),
    };
    const filter = new CatalogueExceptionFilter({ error: note, warn: note, debug: note } as unknown as Logger);
    filter.answer(exception, { method: 'GET', path } as IdentifiedRequest, response as unknown as Response);
    return done;
  }

  it('says when to come again if that is of use', () => {
    expect(answered(new AppError('SERVICE_UNAVAILABLE')).headers).toEqual({ 'Retry-After': '1' });
    expect(answered(new AppError('STORAGE_FULL')).headers).toEqual({ 'Retry-After': '10' });
    expect(answered(new AppError('WORKFLOW_PAUSED')).headers).toEqual({});
  });

  it('that has begun otherwise already is the end of the connection', () => {
    expect(answered(new Error('late'), { headersSent: true })).toMatchObject({ destroyed: true, status: 0 });
  });

  it('is logged with the beginning of a long path only', () => {
    const { lines } = answered(new Error('no'), { path: `/${'a'.repeat(15_000)}` });
    expect((lines[0] as { path: string }).path.length).toBeLessThan(300);
  });
});
