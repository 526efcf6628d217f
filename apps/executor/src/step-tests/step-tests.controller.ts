import { Controller } from '@nestjs/common';
import { TestStep, type StepTest } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { StepTests } from './step-tests.service.js';
import type { StepTestQuestion } from './tested-step.js';

/** The question about steps that only who runs them can answer. */
@Controller()
export class StepTestsController {
  constructor(private readonly tests: StepTests) {}

  @OnRequest(TestStep)
  run(question: StepTestQuestion): Promise<StepTest> {
    return this.tests.run(question);
  }
}
