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

  it.each([
    ['entity.too.large', 'PAYLOAD_TOO_LARGE'],
    ['entity.parse.failed', 'INVALID_JSON'],
    ['encoding.unsupported', 'UNSUPPORTED_MEDIA_TYPE'],
    ['request.aborted', 'INVALID_INPUT'],
  ])('knows %s of the body parser', (type, code) => {
    expect(toAppError(Object.assign(new Error('x'), { type }), request).code).toBe(code);
  });

  it('tells nothing of a failure that is none of the catalogue', () => {
    const error = toAppError(new Error('password of the database is hunter2'), request);
    expect(error.code).toBe('INTERNAL_ERROR');
    expect(JSON.stringify(error.toBody())).not.toContain('hunter2');
  });
});
