import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { BUS, type Bus } from '@millrace/messaging';
import { CatalogueExceptionFilter } from '@millrace/service-kit/http-errors';
import type { Logger } from '@millrace/service-kit/logging';
import type { LocalRateLimiter, RateLimiter } from '@millrace/service-kit/rate-limits';
import { TokenGuard } from './auth/token.guard.js';
import { DocumentationController } from './documentation/documentation.controller.js';
import { ExecutionStarter } from './executions/execution-starter.js';
import { ExecutionValuesController } from './executions/execution-values.controller.js';
import { ExecutionsController } from './executions/executions.controller.js';
import { IdParametersGuard } from './http/id-parameters.guard.js';
import { RateLimitGuard, type ApiLimit } from './rate-limits/rate-limit.guard.js';
import { RATE_LIMITER, REFUSED_LIMITER } from './rate-limits/rate-limits.tokens.js';
import { RefusedCallers } from './rate-limits/refused-callers.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { WorkflowsController } from './workflows/workflows.controller.js';

/** What the gateway is made of; opened and closed by whoever starts it. */
export interface GatewayParts {
  readonly bus: Bus;
  readonly logger: Logger;
  readonly limiter: RateLimiter<ApiLimit>;
  /** Of refused calls, by the caller's address. */
  readonly refusedLimiter: LocalRateLimiter;
}

/** Wiring of the gateway. */
@Module({})
export class AppModule {
  static forRoot(options: GatewayParts): DynamicModule {
    return {
      module: AppModule,
      // Routes are tried in this order: the busiest first.
      controllers: [
        WebhooksController,
        ExecutionsController,
        ExecutionValuesController,
        WorkflowsController,
        DocumentationController,
      ],
      providers: [
        { provide: BUS, useValue: options.bus },
        ExecutionStarter,
        RefusedCallers,
        { provide: RATE_LIMITER, useValue: options.limiter },
        { provide: REFUSED_LIMITER, useValue: options.refusedLimiter },
        // Order matters: who calls, then whether it may call that often, then what about.
        { provide: APP_GUARD, useClass: TokenGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_GUARD, useClass: IdParametersGuard },
        { provide: APP_FILTER, useValue: new CatalogueExceptionFilter(options.logger) },
      ],
    };
  }
}
