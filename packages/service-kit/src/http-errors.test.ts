import { NotFoundException } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import { toAppError } from './http-errors.js';

const request = { method: 'GET', path: '/v1/nothing' };

describe('toAppError', () => {
  it('keeps an error of the catalogue', () => {
    const error = new AppError('WORKFLOW_PAUSED');
    expect(toAppError(error, request)).toBe(error);
  });

  it('names the route that does not exist', () => {
    expect(toAppError(new NotFoundException(), request)).toMatchObject({ code: 'ROUTE_NOT_FOUND', details: request });
  });

  it('repeats the beginning of a long path only', () => {
    const error = toAppError(new NotFoundException(), { method: 'GET', path: `/${'a'.repeat(15_000)}` });
    expect(JSON.stringify(error.toBody()).length).toBeLessThan(700);
  });

  it('tells nothing of a failure that is none of the catalogue', () => {
    const error = toAppError(new Error('password of the database is hunter2'), request);
    expect(error.code).toBe('INTERNAL_ERROR');
    expect(JSON.stringify(error.toBody())).not.toContain('hunter2');
  });
});
