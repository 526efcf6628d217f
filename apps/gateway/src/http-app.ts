import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { formFields } from '@millrace/service-kit/form-fields';
import { CatalogueExceptionFilter, type IdentifiedRequest } from '@millrace/service-kit/http-errors';
import { NestLogger, type Logger } from '@millrace/service-kit/logging';
import type { NextFunction, Request, Response } from 'express';
import { takeTurns } from './http/address-turns.js';
import { BoundedServerAdapter, type ClientTimes } from './http/bounded-server.js';
import { answerExactly } from './http/exact-answers.js';
import { closeAfterUpgrade, refuseRepeatedHeaders, tolerateBadEncoding } from './http/odd-requests.js';
import { requestIdMiddleware } from './http/request-id.js';
import { measureRequest } from './http/request-metrics.js';
import { traceRequest } from './http/trace-request.js';
import { holdUnreadAnswer } from './http/unread-answer.js';
import { discardUnreadBody } from './http/unread-body.js';

/** Settings of the HTTP application besides its modules. */
export interface HttpOptions {
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly clientTimes: ClientTimes;
  /** Connections that one address may have. */
  readonly connectionsPerAddress: number;
}

/** Builds the HTTP application of the gateway's modules; the caller listens and closes. */
export async function createHttpApp(
  root: DynamicModule,
  logger: Logger,
  { trustedProxies, clientTimes, connectionsPerAddress }: HttpOptions,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    root,
    new BoundedServerAdapter(clientTimes, connectionsPerAddress),
    {
      // Bodies are read by the handlers that want one, after the guards: see Endpoint.
      bodyParser: false,
      logger: new NestLogger(logger),
      abortOnError: false,
    },
  );
  app.disable('x-powered-by');
  answerExactly(app.getHttpAdapter().getInstance());
  // Express would hash every body for an ETag of its own; ours is the version of what is read.
  app.disable('etag');
  // Called when a handler asks for its query.
  app.set('query parser', (query: string | null) => formFields(query ?? '', 'query'));
  app.set('trust proxy', [...trustedProxies]);
  app.use(takeTurns(app.getHttpServer()));
  app.use(
    measureRequest,
    requestIdMiddleware,
    traceRequest,
    discardUnreadBody(clientTimes.discardTimeout),
    holdUnreadAnswer,
  );
  app.use(closeAfterUpgrade, refuseRepeatedHeaders, tolerateBadEncoding);
  // Failures of the middleware come before Nest's own filter is in reach.
  const filter = new CatalogueExceptionFilter(logger);
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (error) filter.answer(error, request as IdentifiedRequest, response);
    else next();
  });
  await app.init();
  return app;
}
