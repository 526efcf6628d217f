import { Controller } from '@nestjs/common';
import { PlanTest, type TestRun } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { TestPlans } from './test-plans.service.js';

/** The question about tests that only who has the documents can answer. */
@Controller()
export class TestPlansController {
  constructor(private readonly plans: TestPlans) {}

  @OnRequest(PlanTest, { heavy: true })
  plan(question: z.output<typeof PlanTest.question>): Promise<{ test: TestRun }> {
    return this.plans.plan(question);
  }
}
