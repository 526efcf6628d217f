import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { organisationOfRun } from '@millrace/contracts';
import { SafeHttpClient } from '@millrace/service-kit/safe-http';
import { systemClock } from './clock.js';
import type { ExecutorConfig } from './config.js';
import { executionsController } from './executions/executions.controller.js';
import { ExecutionsService, STEP_TOOLS } from './executions/executions.service.js';
import type { StepTools } from './steps/step-tools.js';

/** `User-Agent` of HTTP steps. */
const USER_AGENT = 'Millrace/0.1.0';

/** The executor, to be run inside of what `runService` provides. */
@Module({})
export class ExecutorModule implements OnApplicationShutdown {
  constructor(private readonly http: SafeHttpClient) {}

  static forRoot(
    config: Pick<
      ExecutorConfig,
      'MILLRACE_EXECUTOR_CONCURRENCY' | 'MILLRACE_EXECUTOR_ORGANISATION_SHARE' | 'MILLRACE_HTTP_ALLOWED_HOSTS'
    >,
  ): DynamicModule {
    const http = new SafeHttpClient({ allowed: config.MILLRACE_HTTP_ALLOWED_HOSTS });
    const tools: StepTools = { http, clock: systemClock, userAgent: USER_AGENT };
    return {
      module: ExecutorModule,
      controllers: [
        executionsController({
          concurrency: config.MILLRACE_EXECUTOR_CONCURRENCY,
          fairness: { keyOf: organisationOfRun, share: config.MILLRACE_EXECUTOR_ORGANISATION_SHARE },
        }),
      ],
      providers: [
        ExecutionsService,
        { provide: SafeHttpClient, useValue: http },
        { provide: STEP_TOOLS, useValue: tools },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }
}
