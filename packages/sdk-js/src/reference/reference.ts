import type { APIPromise } from '../api-promise.js';
import type { CallOptions } from '../options.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type { ExpressionHelpers, StepTypes, TriggerTypes } from '../types.js';

/** `client.reference`: what an editor of workflows needs to know. */
export class Reference {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What each type of step does, the schema of its config, the shape of its output, an example. */
  stepTypes(options?: CallOptions): APIPromise<StepTypes> {
    return this.#transport.call({ has: 'step_types', method: 'GET', path: '/step-types', options });
  }

  triggerTypes(options?: CallOptions): APIPromise<TriggerTypes> {
    return this.#transport.call({ has: 'trigger_types', method: 'GET', path: '/trigger-types', options });
  }

  /** The helpers of `{{ }}` expressions. */
  expressionHelpers(options?: CallOptions): APIPromise<ExpressionHelpers> {
    return this.#transport.call({ has: 'helpers', method: 'GET', path: '/expression-helpers', options });
  }

  /** The JSON Schema of the config of one type of step. */
  stepSchema(stepType: string, options?: CallOptions): APIPromise<unknown> {
    return this.#transport.call({ method: 'GET', path: path`/schemas/steps/${stepType}.json`, options });
  }
}
