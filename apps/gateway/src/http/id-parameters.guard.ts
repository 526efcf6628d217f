import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppError, isId, isPathParameter, PATH_PARAMETERS, shortened } from '@millrace/contracts';
import type { Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { RefusedCallers } from '../rate-limits/refused-callers.js';

/**
 * The one check of ids in paths, for all routes: what has not the form of an id names nothing, so it is 404 before
 * anything is asked. Of several that have not, the last one is named. A route with a parameter that is not in
 * PATH_PARAMETERS is a defect, and is refused for everybody.
 */
@Injectable()
export class IdParametersGuard implements CanActivate {
  constructor(private readonly refused: RefusedCallers) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const parameters = Object.entries(request.params as Record<string, string>);
    const malformed = parameters.filter(([name, value]) => !isId(known(name).kind, value)).at(-1);
    if (malformed === undefined) return true;
    const [name, value] = malformed;
    // A caller with a token has been counted under its organisation, and the operator apart.
    if (!request.principal && !request.isOperator) this.refused.count(request, http.getResponse<Response>());
    const parameter = known(name);
    throw new AppError(parameter.code, {
      ...('malformed' in parameter ? { message: parameter.malformed } : {}),
      details: { [name]: shortened(value) },
    });
  }
}

function known(name: string): (typeof PATH_PARAMETERS)[keyof typeof PATH_PARAMETERS] {
  if (isPathParameter(name)) return PATH_PARAMETERS[name];
  throw new Error(`No form is known for the path parameter "${name}": add it to PATH_PARAMETERS`);
}
