import { Controller, Inject, Module, type INestMicroservice } from '@nestjs/common';
import { DisableEventSubscription } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { createService, natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import type { z } from 'zod';

const ASKED = Symbol('test:asked-to-disable');

/** What the dispatcher asks of `definitions`. */
export type Disabling = z.output<typeof DisableEventSubscription.question>;

/** In the place of definitions, which is another service: notes what it is asked to disable. */
@Controller()
class DisablingController {
  constructor(@Inject(ASKED) private readonly asked: Disabling[]) {}

  @OnRequest(DisableEventSubscription)
  disable(question: Disabling): { disabled: boolean } {
    this.asked.push(question);
    return { disabled: true };
  }
}

@Module({})
class DefinitionsModule {}

/** Starts it; it notes what it is asked in `asked`. */
export async function startDefinitions(
  config: ServiceDefinition['config'],
  asked: Disabling[],
): Promise<INestMicroservice> {
  const module = {
    module: DefinitionsModule,
    controllers: [DisablingController],
    providers: [{ provide: ASKED, useValue: asked }],
  };
  const definition = { name: 'definitions-in-tests', config, module, transport: natsTransport };
  const app = await createService(definition, { logger: silentLogger() });
  await app.listen();
  return app;
}
