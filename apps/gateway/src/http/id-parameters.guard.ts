import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppError, isId, shortened, type ErrorCode } from '@millrace/contracts';
import type { Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { RefusedCallers } from '../rate-limits/refused-callers.js';

/** Every parameter that a route may have in its path: what its id looks like, and what is not found when it does not. */
export const ID_PARAMETERS = {
  workflowId: { kind: 'workflow', code: 'WORKFLOW_NOT_FOUND', detail: 'workflow_id' },
  executionId: { kind: 'execution', code: 'EXECUTION_NOT_FOUND', detail: 'execution_id' },
  webhookId: { kind: 'webhook', code: 'WEBHOOK_NOT_FOUND', detail: 'webhook_id' },
  // A value that is not there is one of an execution: history tells it in the same way.
  path: { kind: 'step_path', code: 'EXECUTION_NOT_FOUND', detail: 'path' },
} as const satisfies Record<string, { kind: Parameters<typeof isId>[0]; code: ErrorCode; detail: string }>;

/**
 * The one check of ids in paths, for all routes: what has not the form of an id names nothing, so it is 404 before
 * anything is asked. Of several ids the last one is what was asked for. A route with a parameter that is not in
 * {@link ID_PARAMETERS} is a defect, and is refused for everybody.
 */
@Injectable()
export class IdParametersGuard implements CanActivate {
  constructor(private readonly refused: RefusedCallers) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const parameters = Object.entries(request.params);
    if (parameters.every(([name, value]) => isId(known(name).kind, String(value)))) return true;
    const [name, value] = parameters[parameters.length - 1] as [string, string];
    // A caller with a token has been counted under its organisation.
    if (!request.principal) this.refused.count(request, http.getResponse<Response>());
    const { code, detail } = known(name);
    throw new AppError(code, { details: { [detail]: shortened(value) } });
  }
}

function known(name: string): (typeof ID_PARAMETERS)[keyof typeof ID_PARAMETERS] {
  if (Object.hasOwn(ID_PARAMETERS, name)) return ID_PARAMETERS[name as keyof typeof ID_PARAMETERS];
  throw new Error(`No form is known for the path parameter "${name}": add it to ID_PARAMETERS`);
}
