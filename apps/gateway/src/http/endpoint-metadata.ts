import type { ExecutionContext } from '@nestjs/common';
import type { EndpointDeclaration } from '@millrace/contracts';

/** Key of the declaration among the metadata of a handler. */
export const ENDPOINT = 'millrace:endpoint';

/** The declaration that the called route was made from; undefined for a route that has none, which is open to nobody. */
export function endpointOf(context: ExecutionContext): EndpointDeclaration | undefined {
  return Reflect.getMetadata(ENDPOINT, context.getHandler()) as EndpointDeclaration | undefined;
}
