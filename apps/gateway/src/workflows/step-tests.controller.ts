import { Controller, Inject } from '@nestjs/common';
import {
  fileEndpoints,
  LIMITS,
  stepTestEndpoints,
  TestStep,
  ValidateWorkflow,
  type StepTest,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { onlyCodeOf } from '@millrace/schema';
import { requireStarts } from '@millrace/service-kit/starts';
import { mayCall } from '../auth/access.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** For the way to the executor and back, beside the time of the step. */
const WAY_MS = 5_000;

type Asking = Call<typeof stepTestEndpoints.test>['asking'];

/** Passes tests of single steps on to an executor. */
@Controller()
export class StepTestsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(stepTestEndpoints.test)
  async test({ caller, body, asking }: Call<typeof stepTestEndpoints.test>): Promise<StepTest> {
    if (body.effects) await requireStarts(this.bus.snapshots);
    const { context = {}, missing, ...rest } = body;
    const code = await this.#problemsOfCode(caller.organisationId, body.step, asking);
    // What could not be saved is not run; the executor says what else is wrong with it.
    const effects = body.effects && code.length === 0;
    const question = {
      organisation_id: caller.organisationId,
      ...rest,
      effects,
      context,
      // What a step sends of a file is its content.
      files: mayCall(caller, fileEndpoints.download),
      ...(missing ? { missing } : {}),
    };
    const tested = await this.bus.request(TestStep, question, { ...asking, timeoutMs: LIMITS.stepTestMs + WAY_MS });
    if (code.length === 0) return tested;
    const nothing = { output: null, input: null, error: null, duration_ms: 0 };
    return { status: 'invalid', ...nothing, problems: [...code, ...tested.problems] };
  }

  /** Why the code of a step does not parse, which the service that saves workflows knows. */
  async #problemsOfCode(
    organisation_id: string,
    step: Readonly<Record<string, unknown>>,
    asking: Asking,
  ): Promise<StepTest['problems']> {
    const code = onlyCodeOf(step);
    if (code === null) return [];
    const document = { name: 'Test of a step', steps: [{ id: 'it', ...code }] };
    const { problems } = await this.bus.request(ValidateWorkflow, { organisation_id, document }, asking);
    return problems
      .filter(({ code }) => code === 'code_syntax')
      .map((problem) => ({ ...problem, path: problem.path.replace(/^steps\[0\]/, 'step') }));
  }
}
