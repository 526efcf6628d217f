import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { IdentifiedRequest } from '@millrace/service-kit/http-errors';

/** Who calls: every question to another service is asked in the name of this organisation. */
export interface Principal {
  readonly organisationId: string;
  readonly tokenId: string;
  readonly scopes: readonly string[];
}

/** A request that the token guard let through. */
export interface AuthenticatedRequest extends IdentifiedRequest {
  principal?: Principal;
}

/** The caller, for a controller's parameter. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!principal) throw new Error('A route that asks for its caller must not be public');
  return principal;
});

/** The id of the request, for a controller's parameter. */
export const RequestId = createParamDecorator((_data: unknown, context: ExecutionContext): string | undefined => {
  return context.switchToHttp().getRequest<IdentifiedRequest>().requestId;
});

const PUBLIC = 'millrace:public';
const SCOPE = 'millrace:scope';

/** The scopes a token may have. */
export type Scope = 'workflows:read' | 'workflows:write' | 'executions:read' | 'executions:write';

/** Marks a route that needs no token because it has a check of its own. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

/** The scope a route asks for. Every route that is not public names one; a test enumerates them. */
export const NeedsScope = (scope: Scope): MethodDecorator => SetMetadata(SCOPE, scope);

/** Keys of the route metadata above, for the guard and the test that enumerates routes. */
export const ROUTE_METADATA = { public: PUBLIC, scope: SCOPE } as const;
