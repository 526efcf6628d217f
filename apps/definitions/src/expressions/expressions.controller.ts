import { Controller } from '@nestjs/common';
import { EvaluateExpression, type EvaluatedText } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { evaluateText } from './evaluate-text.js';

/** Works out what is asked about expressions. It keeps nothing, and reads nothing that is stored. */
@Controller()
export class ExpressionsController {
  @OnRequest(EvaluateExpression, { heavy: true })
  evaluate(asked: z.output<typeof EvaluateExpression.question>): EvaluatedText {
    return evaluateText(asked, { now: Date.now(), random: Math.random, computedMs });
  }
}

/** A machine that is busy with other things must not make a text fail. */
function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
