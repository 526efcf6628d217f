import { Controller, Inject } from '@nestjs/common';
import { EvaluateExpression, expressionEndpoints, fileEndpoints, type EvaluatedText } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { mayCall } from '../auth/access.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { invalidInput } from '../validation/invalid-input.js';

/** Passes what is asked about expressions on to `definitions`. */
@Controller()
export class ExpressionsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(expressionEndpoints.evaluate)
  evaluate({ caller, body, requestId }: Call<typeof expressionEndpoints.evaluate>): Promise<EvaluatedText> {
    const { context = {}, missing, ...texts } = body;
    const [given, ...others] = Object.entries(texts).filter(([, text]) => text !== undefined);
    if (given === undefined || others.length > 0) {
      const message = 'give one of "expression", "template" and "condition"';
      throw invalidInput([{ path: '', message }]);
    }
    const [kind, text] = given as ['expression' | 'template' | 'condition', string];
    // What a text gives of a file is its content.
    const files = mayCall(caller, fileEndpoints.download);
    const asked = { organisation_id: caller.organisationId, kind, text, context, files };
    const question = { ...asked, ...(missing ? { missing } : {}) };
    return this.bus.request(EvaluateExpression, question, { requestId });
  }
}
