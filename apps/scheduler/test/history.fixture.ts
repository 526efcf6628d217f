import { Controller, Inject, Module, type INestMicroservice } from '@nestjs/common';
import {
  AppError,
  CancelExecution,
  executionEndpoints,
  GetExecution,
  type ExecutionResource,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { createService, natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';

const KNOWN = Symbol('test:known-executions');

/** What it knows: the executions of a set, and whether they still go on. */
export interface KnownExecutions {
  readonly executions: ReadonlySet<string>;
  readonly goingOn: boolean;
  /** Those that were asked to end, in that order. */
  readonly cancelled: string[];
  /** Those that it was asked about, in that order. */
  readonly asked: string[];
}

/** In the place of history, which is another service. */
@Controller()
class HistoryController {
  constructor(@Inject(KNOWN) private readonly known: KnownExecutions) {}

  @OnRequest(GetExecution)
  get({ execution_id }: { readonly execution_id: string }): ExecutionResource {
    this.known.asked.push(execution_id);
    if (!this.known.executions.has(execution_id))
      throw new AppError('EXECUTION_NOT_FOUND', { details: { execution_id } });
    return this.#shown(execution_id, this.known.goingOn ? 'running' : 'completed');
  }

  @OnRequest(CancelExecution)
  cancel({ execution_id }: { readonly execution_id: string }): ExecutionResource {
    this.known.cancelled.push(execution_id);
    return this.#shown(execution_id, 'running');
  }

  #shown(execution_id: string, status: 'running' | 'completed'): ExecutionResource {
    return { ...executionEndpoints.get.answer.example, id: execution_id, execution_id, status, steps: [] };
  }
}

@Module({})
class HistoryModule {}

/** Starts it; it knows what is so at the time of a question. */
export async function startHistory(
  config: ServiceDefinition['config'],
  known: KnownExecutions,
): Promise<INestMicroservice> {
  const module = {
    module: HistoryModule,
    controllers: [HistoryController],
    providers: [{ provide: KNOWN, useValue: known }],
  };
  const definition = { name: 'history-in-tests', config, module, transport: natsTransport };
  const app = await createService(definition, { logger: silentLogger() });
  await app.listen();
  return app;
}
