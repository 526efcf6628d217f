import { AI_PROVIDER_TYPES, type AiProvider } from '@millrace/contracts';
import { StepFailure } from '../steps/step-failure.js';
import { credentialOf, type Credential } from './credential.js';

/** A provider as the executor works with it. */
export interface NamedProvider extends Omit<AiProvider, 'api_key'> {
  readonly name: string;
  /** From the settings of the installation, or from the organisation itself: then its address is one that a user chose. */
  readonly owner: 'installation' | 'organisation';
  /** What opens its API. Throws AppError SECRET_UNREADABLE, SERVICE_UNAVAILABLE. */
  readonly credential: () => Credential;
}

/** A model at its provider. */
export interface ChosenModel {
  readonly provider: NamedProvider;
  /** By the name that it has there. */
  readonly model: string;
}

/**
 * What the reference of the API calls its models, and many examples with it. Where no provider lists such a name, it means
 * the default model, whatever is configured.
 */
export const REFERENCE_MODELS: readonly string[] = ['gpt-4', 'gpt-3.5-turbo'];

/** How many models an error names. */
const NAMED_MODELS = 20;

/**
 * The model that a step names: `provider/model`, a name or alias that a provider lists, or any name when a provider lists none.
 * Without a name, that of the default provider. Throws StepFailure AI_PROVIDER_MISSING, AI_MODEL_UNKNOWN.
 */
export function chooseModel(providers: readonly NamedProvider[], name: string | undefined): ChosenModel {
  const inOrder = inSearchOrder(providers);
  const [preferred] = inOrder;
  if (preferred === undefined) throw providerMissing();
  if (name === undefined) {
    const model = defaultModel(preferred);
    if (model === undefined) throw defaultMissing(preferred);
    return { provider: preferred, model };
  }
  const found = namedModel(inOrder, name);
  if (found === null) throw modelUnknown(inOrder, name);
  return found;
}

/** Those of the organisation come first, and of each owner's the default one; the first of all is the default. */
export function inSearchOrder(providers: readonly NamedProvider[]): NamedProvider[] {
  const ofOwner = (owner: NamedProvider['owner']) => {
    const own = providers.filter((one) => one.owner === owner);
    const preferred = own.find((one) => one.default);
    return preferred === undefined ? own : [preferred, ...own.filter((one) => one !== preferred)];
  };
  return [...ofOwner('organisation'), ...ofOwner('installation')];
}

/** The model of a name among providers in their search order; null when none has it. */
export function namedModel(inOrder: readonly NamedProvider[], name: string): ChosenModel | null {
  return listed(inOrder, name) ?? prefixed(inOrder, name) ?? referred(inOrder, name) ?? passedOn(inOrder, name);
}

/** What is asked of a provider when nothing is named; undefined when neither it nor its type says so. */
export function defaultModel({ models: [first], type }: Pick<NamedProvider, 'models' | 'type'>): string | undefined {
  return first ?? AI_PROVIDER_TYPES[type].defaultModel ?? undefined;
}

/** The providers of the settings, in their order. */
export function installationProviders(config: {
  readonly MILLRACE_AI_PROVIDERS: Readonly<Record<string, AiProvider>>;
}): NamedProvider[] {
  return Object.entries(config.MILLRACE_AI_PROVIDERS).map(([name, { api_key, ...provider }]) => {
    const credential = credentialOf(api_key);
    return { ...provider, name, owner: 'installation', credential: () => credential };
  });
}

/** Where a provider's API is. */
export function baseUrlOf({ base_url: given, type }: Pick<AiProvider, 'base_url' | 'type'>): string {
  return given ?? AI_PROVIDER_TYPES[type].baseUrl ?? '';
}

function listed(providers: readonly NamedProvider[], name: string): ChosenModel | null {
  for (const provider of providers) {
    const alias = Object.hasOwn(provider.aliases, name) ? provider.aliases[name] : undefined;
    if (alias !== undefined) return { provider, model: alias };
    if (provider.models.includes(name)) return { provider, model: name };
  }
  return null;
}

function prefixed(providers: readonly NamedProvider[], name: string): ChosenModel | null {
  const slash = name.indexOf('/');
  const provider = slash < 0 ? undefined : providers.find((one) => one.name === name.slice(0, slash));
  if (provider === undefined) return null;
  const rest = name.slice(slash + 1);
  return listed([provider], rest) ?? passedOn([provider], rest);
}

/** A provider without a default takes any name: it may have a model or a deployment that is called so. */
function referred([preferred]: readonly NamedProvider[], name: string): ChosenModel | null {
  if (preferred === undefined || !REFERENCE_MODELS.includes(name)) return null;
  return { provider: preferred, model: defaultModel(preferred) ?? name };
}

function passedOn(providers: readonly NamedProvider[], name: string): ChosenModel | null {
  const provider = providers.find((one) => one.models.length === 0);
  return provider === undefined ? null : { provider, model: name };
}

function defaultMissing({ name, type }: NamedProvider): StepFailure {
  return new StepFailure(
    'AI_MODEL_UNKNOWN',
    `The step names no model, and the provider "${name}" of the type "${type}" has no default: list "models" at the provider, or give the step a "model"`,
    { details: { provider: name } },
  );
}

function providerMissing(): StepFailure {
  return new StepFailure(
    'AI_PROVIDER_MISSING',
    'There is no provider of models: store one with PUT /v1/ai/providers/{name}, or the operator of this installation sets MILLRACE_AI_PROVIDERS',
    { details: { setting: 'MILLRACE_AI_PROVIDERS' } },
  );
}

function modelUnknown(providers: readonly NamedProvider[], name: string): StepFailure {
  // Two providers may have the same one, and one is often an alias of itself.
  const all = [...new Set(providers.flatMap((one) => [...one.models, ...Object.keys(one.aliases)]))];
  const models = all.slice(0, NAMED_MODELS);
  const more = all.length > models.length ? `, and ${all.length - models.length} more` : '';
  return new StepFailure(
    'AI_MODEL_UNKNOWN',
    `No provider has the model "${name}"; there are: ${models.join(', ')}${more}`,
    { details: { model: name, models } },
  );
}
