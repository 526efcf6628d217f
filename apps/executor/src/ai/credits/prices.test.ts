import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AI_PROVIDER_TYPES, type AiProviderType } from '@millrace/contracts';
import { credentialOf } from '../credential.js';
import type { NamedProvider } from '../model-choice.js';
import { PRICES_AS_OF } from './price-table.js';
import { costOf, priceOf } from './prices.js';

const BY_DEFAULT = { input: 5, output: 25 };

function price(type: AiProviderType, model: string, rest: Partial<NamedProvider> = {}) {
  const credential = () => credentialOf(undefined);
  const provider: NamedProvider = { name: 'one', type, models: [], aliases: {}, default: false, owner: 'installation', credential, ...rest }; // prettier-ignore
  const found = priceOf({ provider, model }, BY_DEFAULT);
  return found && { input: found.input, output: found.output, source: found.source };
}

function pageOf(name: string): string {
  return readFileSync(join(__dirname, '..', '..', '..', '..', '..', 'docs', name), 'utf8');
}

it('a model has its list price, whatever release of it is named', () => {
  const list = { input: 0.75, output: 4.5, source: 'list' };
  for (const name of ['gpt-5.4-mini', 'gpt-5.4-mini-2026-03-05', 'gpt-5.4-mini-latest'])
    expect([name, price('openai', name)]).toEqual([name, list]);
  expect(price('azure', 'gpt-5.4-mini')).toEqual(list);
  expect(price('anthropic', 'claude-haiku-4-5-20251001')).toEqual({ input: 1, output: 5, source: 'list' });
  expect(price('mistral', 'mistral-large')).toEqual({ input: 2, output: 6, source: 'list' });
  expect(price('ollama', 'llama4')).toEqual({ input: 0, output: 0, source: 'list' });
});

it('what the operator says comes first', () => {
  const prices = { 'gpt-5.4': { input: 1, output: 2 } };
  expect(price('openai', 'gpt-5.4', { prices })).toEqual({ input: 1, output: 2, source: 'provider' });
});

it('a model that nobody knows the price of is never free by mistake, and an own one has none', () => {
  for (const name of ['llama', 'constructor', '__proto__']) {
    expect(price('openai_compatible', name)).toEqual({ ...BY_DEFAULT, source: 'default' });
    expect(price('openai', name, { prices: {} })).toEqual({ ...BY_DEFAULT, source: 'default' });
    expect(price('openai', name, { owner: 'organisation' })).toBeNull();
  }
});

it('what a provider is asked for when nothing is named has a list price, and is on the page', () => {
  const page = pageOf('ai.md');
  const types = Object.entries(AI_PROVIDER_TYPES) as [AiProviderType, { defaultModel: string | null }][];
  const defaults = types.flatMap(([type, { defaultModel }]) => (defaultModel === null ? [] : [[type, defaultModel]]));
  expect(defaults).toHaveLength(3);
  for (const [type, model] of defaults as [AiProviderType, string][]) {
    expect([model, price(type, model)]).toEqual([model, expect.objectContaining({ source: 'list' })]);
    expect(page.replaceAll(/ +/g, ' ')).toContain(`| \`${type}\` | \`${model}\` |`);
  }
});

it('a cost is exact, and rounded up to whole credits', () => {
  expect(costOf({ input: 0.1, output: 0.2 }, 3, 0)).toBe(1);
  expect(costOf({ input: 0.1, output: 0.2 }, 10, 10)).toBe(3);
  expect(costOf({ input: 1.005, output: 0 }, 1_000, 0)).toBe(1_005);
  expect(costOf({ input: 0.15, output: 0.6 }, 1_000_000, 1_000_000)).toBe(750_000);
  expect(costOf({ input: 5, output: 25 }, 0, 0)).toBe(0);
});

it('a long prompt has another price', () => {
  const long = { input: 3, output: 15, long: { over: 200_000, input: 6, output: 22.5 } };
  expect(costOf(long, 200_000, 2)).toBe(600_030);
  expect(costOf(long, 200_001, 2)).toBe(1_200_051);
});

it('the page says of which day the list is', () => {
  expect(pageOf('credits.md')).toContain(`as it was on ${PRICES_AS_OF}`);
});
