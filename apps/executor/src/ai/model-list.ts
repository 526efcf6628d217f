import type { AiModelResource } from '@millrace/contracts';
import { priceOf, type DefaultPrice } from './credits/prices.js';
import {
  defaultModel,
  inSearchOrder,
  namedModel,
  REFERENCE_MODELS,
  type ChosenModel,
  type NamedProvider,
} from './model-choice.js';

/** What workflows may name, by name: every model of every provider that some name leads to. */
export function modelList(providers: readonly NamedProvider[], byDefault: DefaultPrice): AiModelResource[] {
  const inOrder = inSearchOrder(providers);
  const names = new Names(inOrder);
  const models = inOrder.flatMap((provider, index) => [
    ...modelsOf(provider, names, { isFirst: index === 0, byDefault }),
    ...(provider.models.length === 0 ? [anyModel(provider, byDefault)] : []),
  ]);
  return models.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Which names lead to a model. */
class Names {
  /** By the plain name: where it leads, if a provider lists it. */
  readonly #listed = new Map<string, ChosenModel>();

  constructor(private readonly inOrder: readonly NamedProvider[]) {
    for (const provider of inOrder) {
      // As a search does: aliases before models.
      for (const [alias, model] of Object.entries(provider.aliases)) this.#add(alias, { provider, model });
      for (const model of provider.models) this.#add(model, { provider, model });
    }
  }

  /** The name by which a workflow reaches it: as it is, else behind that of its provider; undefined for none. */
  reaching(wanted: ChosenModel, name: string): string | undefined {
    // Only the default of a provider that lists none is not listed.
    const plain = this.#listed.get(name) ?? namedModel(this.inOrder, name);
    if (this.#leadsTo(plain, wanted)) return name;
    const long = `${wanted.provider.name}/${name}`;
    // What lists the long name itself, as routers between providers do, comes first.
    const found = this.#listed.get(long) ?? namedModel([wanted.provider], long);
    return this.#leadsTo(found, wanted) ? long : undefined;
  }

  /** Whether no provider lists that name. */
  isFree(name: string): boolean {
    return !this.#listed.has(name);
  }

  #add(name: string, chosen: ChosenModel): void {
    if (!this.#listed.has(name)) this.#listed.set(name, chosen);
  }

  #leadsTo(found: ChosenModel | undefined | null, { provider, model }: ChosenModel): boolean {
    return found?.provider === provider && found.model === model;
  }
}

/** What all models of a provider share. */
interface Listing {
  readonly isFirst: boolean;
  readonly byDefault: DefaultPrice;
}

function modelsOf(provider: NamedProvider, names: Names, { isFirst, byDefault }: Listing): AiModelResource[] {
  const preferred = isFirst ? defaultModel(provider) : undefined;
  const models = provider.models.length === 0 && preferred !== undefined ? [preferred] : provider.models;
  const aliases = new Map<string, string[]>(models.map((model) => [model, []]));
  for (const [alias, model] of Object.entries(provider.aliases))
    aliases.set(model, [...(aliases.get(model) ?? []), alias]);
  return [...aliases].flatMap(([model, others]) => {
    const chosen = { provider, model };
    const own = models.includes(model) ? [model] : [];
    const isDefault = model === preferred;
    const reference = isDefault ? REFERENCE_MODELS.filter((name) => names.isFree(name)) : [];
    const reached = [...own, ...others].flatMap((name) => names.reaching(chosen, name) ?? []);
    const [name, ...further] = [...reached, ...reference];
    return name === undefined
      ? []
      : [entryOf(provider, { name, aliases: further, model, default: isDefault }, byDefault)];
  });
}

function anyModel(provider: NamedProvider, byDefault: DefaultPrice): AiModelResource {
  return entryOf(provider, { name: `${provider.name}/*`, aliases: [], model: null, default: false }, byDefault);
}

function entryOf(
  provider: NamedProvider,
  { name, aliases, model, default: isDefault }: Pick<AiModelResource, 'name' | 'aliases' | 'model' | 'default'>,
  byDefault: DefaultPrice,
): AiModelResource {
  const { name: providerName, type, owner } = provider;
  const known = model === null ? null : priceOf({ provider, model }, byDefault);
  const price = known && { input: known.input, output: known.output, source: known.source };
  return { name, aliases, model, provider: providerName, type, owner, default: isDefault, price };
}
