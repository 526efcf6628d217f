export type { AbortSource } from './safe-http/abort-source.js';
export { BodyCollector } from './safe-http/body-collector.js';
export { AllowList } from './safe-http/allow-list.js';
export { allowedHostsConfigShape, httpRoutesConfigShape } from './safe-http/config-shape.js';
export { httpRoutesSchema, type HttpRoutes } from './safe-http/http-routes.js';
export { guardedAddresses } from './safe-http/guarded-addresses.js';
export { isOfConnection } from './safe-http/request-headers.js';
export { guardedSocket, type GuardedSocketOptions } from './safe-http/guarded-socket.js';
export { loadHttpParser } from './safe-http/http-parser.js';
export {
  SafeHttpClient,
  type ReceiveBody,
  type SafeHttpRequest,
  type SafeHttpResponse,
} from './safe-http/safe-http-client.js';
export type { RequestBody, StreamedBody } from './safe-http/request-content.js';
export { withoutQuery } from './safe-http/safe-url.js';
