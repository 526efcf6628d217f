import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, ERRORS } from './errors.js';

const page = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8');
const documented = new Map([...page.matchAll(/^\| `([A-Z_]+)`\s*\|\s*(\d{3})?/gm)].map((row) => [row[1], row[2]]));

describe('the error catalogue', () => {
  it('is documented, code by code', () => {
    expect([...documented.keys()].sort()).toEqual(Object.keys(ERRORS).sort());
  });

  it('is documented with the status it returns', () => {
    for (const [code, entry] of Object.entries(ERRORS)) {
      const status = documented.get(code);
      if (status) expect({ code, status: Number(status) }).toEqual({ code, status: entry.status });
    }
  });
});

describe('AppError', () => {
  it('survives its JSON form', () => {
    const error = new AppError('WORKFLOW_NOT_FOUND', { details: { workflow_id: 'wf_1' } });
    expect(AppError.fromBody(JSON.parse(JSON.stringify(error.toBody())) as ReturnType<AppError['toBody']>)).toEqual(
      error,
    );
  });

  it('takes the code of a newer service as an internal error', () => {
    expect(AppError.fromBody({ code: 'FROM_THE_FUTURE', message: 'x' }).code).toBe('INTERNAL_ERROR');
  });

  it('does not take inherited names for codes', () => {
    expect(AppError.fromBody({ code: 'constructor', message: 'x' }).code).toBe('INTERNAL_ERROR');
  });
});
