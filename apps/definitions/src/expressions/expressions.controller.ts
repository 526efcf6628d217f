import { Controller, Inject } from '@nestjs/common';
import { EvaluateExpression, type EvaluatedText } from '@millrace/contracts';
import { BUS, OnRequest, type Bus } from '@millrace/messaging';
import { newSeed, randomOf } from '@millrace/service-kit/seeded-random';
import type { z } from 'zod';
import { evaluateText } from './evaluate-text.js';

/** Works out what is asked about expressions. It keeps nothing, and reads nothing that is stored but files of who asks, if they may read them. */
@Controller()
export class ExpressionsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @OnRequest(EvaluateExpression, { heavy: true })
  evaluate(asked: z.output<typeof EvaluateExpression.question>): Promise<EvaluatedText> {
    const seed = newSeed();
    const random = () => randomOf({ executionId: '', seed }, '');
    const files = asked.files === true ? this.bus.files : undefined;
    return evaluateText(asked, { now: Date.now(), random, computedMs }, files);
  }
}

/** A machine that is busy with other things must not make a text fail. */
function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
