import { Controller, Inject, Module, type INestMicroservice } from '@nestjs/common';
import { AppError, executionEndpoints, GetExecution, type ExecutionResource } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { createService, natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';

const KNOWN = Symbol('test:known-executions');

/** In the place of history, which is another service: knows the executions of a set, and that they have ended. */
@Controller()
class HistoryController {
  constructor(@Inject(KNOWN) private readonly known: ReadonlySet<string>) {}

  @OnRequest(GetExecution)
  get({ execution_id }: { readonly execution_id: string }): ExecutionResource {
    if (!this.known.has(execution_id)) throw new AppError('EXECUTION_NOT_FOUND', { details: { execution_id } });
    return { ...executionEndpoints.get.answer.example, id: execution_id, execution_id, steps: [] };
  }
}

@Module({})
class HistoryModule {}

/** Starts it; it knows what is in the set at the time of a question. */
export async function startHistory(
  config: ServiceDefinition['config'],
  known: ReadonlySet<string>,
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
