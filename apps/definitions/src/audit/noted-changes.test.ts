import type { ExecutionContext } from '@nestjs/common';
import { silentLogger } from '@millrace/service-kit/logging';
import { lastValueFrom, of, throwError, type Observable } from 'rxjs';
import type { AuditLogRepository } from './audit-log.repository.js';
import { noteChange } from './noted-change.js';
import { NotedChangesInterceptor } from './noted-changes.js';

const context = {
  switchToRpc: () => ({ getContext: () => ({ auditEntry: 'aud_1' }), getData: () => ({ organisation_id: 'org_a' }) }),
} as unknown as ExecutionContext;
/** Nothing is written: what was changed cannot be read. */
const interceptor = new NotedChangesInterceptor({} as AuditLogRepository, silentLogger());

function answered(answer: Observable<unknown>): Promise<unknown> {
  const handle = (): Observable<unknown> => {
    noteChange(() => {
      throw new Error('The database is away');
    });
    return answer;
  };
  return lastValueFrom(interceptor.intercept(context, { handle }));
}

it('a write whose change cannot be recorded gets its response all the same, as it went', async () => {
  expect(await answered(of('done'))).toBe('done');
  await expect(answered(throwError(() => new Error('refused')))).rejects.toThrow('refused');
});
