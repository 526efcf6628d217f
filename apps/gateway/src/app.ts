import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CatalogueExceptionFilter, type IdentifiedRequest } from '@millrace/service-kit/http-errors';
import { NestLogger } from '@millrace/service-kit/logging';
import type { NextFunction, Request, Response } from 'express';
import { AppModule, type GatewayParts } from './app.module.js';
import { apiBodyParser, refuseOtherTypes, webhookBodyParser } from './http/body-parsers.js';
import { requestIdMiddleware } from './http/request-id.js';

/** Builds the HTTP application; the caller listens and closes. */
export async function createGateway(options: GatewayParts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(options), {
    bodyParser: false,
    logger: new NestLogger(options.logger),
  });
  app.disable('x-powered-by');
  // Express would hash every body for an ETag of its own; ours is the version of the workflow.
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(requestIdMiddleware);
  app.use('/v1/webhooks', webhookBodyParser());
  app.use(/^\/v1(?!\/webhooks\/)/, apiBodyParser(), refuseOtherTypes);
  // Failures of the parsers come before Nest's own filter is in reach.
  const filter = new CatalogueExceptionFilter(options.logger);
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (error) filter.answer(error, request as IdentifiedRequest, response);
    else next();
  });
  await app.init();
  return app;
}

/** Time a client may take to send its request; a stalled upload must not hold a socket for ever. */
export function limitSlowClients(server: {
  requestTimeout: number;
  headersTimeout: number;
  keepAliveTimeout: number;
}): void {
  server.headersTimeout = 15_000;
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 65_000;
}
