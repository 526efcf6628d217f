import type { AiModelPrice } from '@millrace/contracts';
import type { ChosenModel } from '../model-choice.js';
import { PRICE_TABLES, type ModelPrice } from './price-table.js';

/** The price of a model that nobody has named one for, in US dollars for a million tokens. */
export type DefaultPrice = Pick<ModelPrice, 'input' | 'output'>;

/** {@link DefaultPrice}, for injection. */
export const DEFAULT_PRICE = Symbol('executor:default-price');

/** A price, and who says so. */
export interface KnownPrice extends ModelPrice {
  readonly source: AiModelPrice['source'];
}

const FREE: KnownPrice = { input: 0, output: 0, source: 'list' };

/** `-2026-01-31`, `-20260131`, `-0131`, `-latest` at the end of a model's name. */
const RELEASE = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest)$/;

/**
 * What a model costs: what its provider's settings say, else what is listed. Of a model of the installation without either it is the default price, so that there is always something to
 * charge; of an organisation's own it is null.
 */
export function priceOf({ provider, model }: ChosenModel, byDefault: DefaultPrice): KnownPrice | null {
  const set = provider.prices;
  if (set !== undefined && Object.hasOwn(set, model)) return { ...(set[model] as DefaultPrice), source: 'provider' };
  if (provider.type === 'ollama') return FREE;
  const table = PRICE_TABLES[provider.type] ?? {};
  const name = [model, model.replace(RELEASE, ''), `${model}-latest`].find((one) => Object.hasOwn(table, one));
  if (name !== undefined) return { ...(table[name] as ModelPrice), source: 'list' };
  return provider.owner === 'installation' ? { ...byDefault, source: 'default' } : null;
}

/** What a call costs, in whole credits, rounded up. */
export function costOf(price: ModelPrice, inputTokens: number, outputTokens: number): number {
  const { input, output } = price.long !== undefined && inputTokens > price.long.over ? price.long : price;
  const [inputPrice, outputPrice] = [thousandths(input), thousandths(output)];
  return Math.ceil((inputTokens * inputPrice + outputTokens * outputPrice) / 1_000);
}

/** Prices have up to three digits behind the point: counted in thousandths, sums are exact. */
function thousandths(price: number): number {
  return Math.round(price * 1_000);
}
