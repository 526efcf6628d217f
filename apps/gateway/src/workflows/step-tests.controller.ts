import { Controller, Inject } from '@nestjs/common';
import { LIMITS, stepTestEndpoints, TestStep, type StepTest } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { requireStarts } from '@millrace/service-kit/starts';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** For the way to the executor and back, beside the time of the step. */
const WAY_MS = 5_000;

/** Passes tests of single steps on to an executor. */
@Controller()
export class StepTestsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(stepTestEndpoints.test)
  async test({ caller, body, asking }: Call<typeof stepTestEndpoints.test>): Promise<StepTest> {
    if (body.effects) await requireStarts(this.bus.snapshots);
    const { context = {}, missing, ...rest } = body;
    const question = { organisation_id: caller.organisationId, ...rest, context, ...(missing ? { missing } : {}) };
    return this.bus.request(TestStep, question, { ...asking, timeoutMs: LIMITS.stepTestMs + WAY_MS });
  }
}
