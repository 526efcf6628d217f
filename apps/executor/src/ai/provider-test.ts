import { AppError, LIMITS, shortened, type AiProviderTest } from '@millrace/contracts';
import { asAppError } from '../steps/step-failure.js';
import { askModel, type ModelNeeds } from './ask-model.js';
import type { Question } from './model-call.js';
import { chooseModel, defaultModel, type NamedProvider } from './model-choice.js';
import type { OrganisationProviders } from './organisation-providers.js';

/** Which provider is tried, and which of its models. */
export interface ProviderTestRequest {
  readonly organisationId: string;
  readonly name: string;
  readonly model: string | undefined;
}

/** Room for models that think before they answer. */
const MOST_TOKENS = 256;

const QUESTION: Question = {
  system: undefined,
  messages: [{ role: 'user', content: 'Answer with the word OK and nothing else.' }],
  ...{ files: [], tools: [], turns: [], correction: [] },
  temperature: undefined,
  maxTokens: MOST_TOKENS,
  schema: undefined,
};

/** Characters of the answer that are shown. */
const SHOWN_ANSWER = 200;

/** Tries a provider by asking a model, as its owner's steps would. Throws AppError. */
export class ProviderTest {
  constructor(
    private readonly providers: Pick<OrganisationProviders, 'ownOf'>,
    private readonly needs: ModelNeeds,
    private readonly limitMs: number = LIMITS.aiTestMs,
  ) {}

  async run({ organisationId, name, model }: ProviderTestRequest): Promise<AiProviderTest> {
    const provider = (await this.providers.ownOf(organisationId)).find((one) => one.name === name);
    if (provider === undefined) throw new AppError('AI_PROVIDER_NOT_FOUND', { details: { provider_name: name } });
    if (model === undefined && defaultModel(provider) === undefined) throw modelMissing();
    const signal = AbortSignal.timeout(this.limitMs);
    try {
      const chosen = chooseModel([provider], model);
      const limits = { organisationId, signal, timeoutMs: this.limitMs, onBytesRead: () => undefined, heldBytes: 0 };
      const said = await askModel(this.needs, chosen, QUESTION, limits);
      const { input_tokens, output_tokens } = said.usage;
      return { model: chosen.model, answer: shortened(said.text, SHOWN_ANSWER), input_tokens, output_tokens };
    } catch (error) {
      throw signal.aborted ? tooLate(provider, this.limitMs) : asAppError(error);
    }
  }
}

function modelMissing(): AppError {
  const message = 'is required: the provider lists no models, and its type has no default';
  return new AppError('INVALID_INPUT', {
    message: `The member "model" ${message}`,
    details: { issues: [{ path: 'model', message }] },
  });
}

function tooLate({ name }: NamedProvider, limitMs: number): AppError {
  return new AppError('AI_UNAVAILABLE', {
    message: `The provider "${name}" did not respond within ${limitMs} ms`,
    details: { provider: name, limit_ms: limitMs },
  });
}
