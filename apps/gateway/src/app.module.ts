import { Module, ValidationPipe, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { MessagingModule, type Bus } from '@millrace/messaging';
import { CatalogueExceptionFilter } from '@millrace/service-kit/http-errors';
import type { Logger } from '@millrace/service-kit/logging';
import { TokenGuard } from './auth/token.guard.js';
import { ExecutionStarter } from './executions/execution-starter.js';
import { ExecutionsController } from './executions/executions.controller.js';
import { queryProblems } from './http/parse.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { WorkflowsController } from './workflows/workflows.controller.js';

/** Wiring of the gateway. */
@Module({})
export class AppModule {
  static forRoot(options: { bus: Bus; logger: Logger }): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.forBus(options.bus)],
      controllers: [WorkflowsController, ExecutionsController, WebhooksController],
      providers: [
        ExecutionStarter,
        { provide: APP_GUARD, useClass: TokenGuard },
        { provide: APP_FILTER, useValue: new CatalogueExceptionFilter(options.logger) },
        {
          provide: APP_PIPE,
          // Query parameters only: bodies are checked by the schemas of their contracts.
          useValue: new ValidationPipe({
            transform: true,
            whitelist: true,
            forbidNonWhitelisted: true,
            exceptionFactory: queryProblems,
          }),
        },
      ],
    };
  }
}
