import { credentialOf } from './credential.js';
import { chooseModel, type NamedProvider } from './model-choice.js';
import { modelList } from './model-list.js';

const PRICE = { input: 5, output: 25 };

const provider = (name: string, rest: Partial<NamedProvider> = {}): NamedProvider => ({
  name,
  type: 'openai_compatible',
  base_url: 'https://llm.example.com/v1',
  models: [],
  aliases: {},
  default: false,
  owner: 'installation',
  credential: () => credentialOf(undefined),
  ...rest,
});
const own = (name: string, rest: Partial<NamedProvider> = {}) => provider(name, { owner: 'organisation', ...rest });

/** `provider/model` of what a name leads to. */
function choice(providers: readonly NamedProvider[], name?: string): string {
  const chosen = chooseModel(providers, name);
  return `${chosen.provider.name}: ${chosen.model}`;
}

function failureOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('an organisation with providers of its own', () => {
  const shared = provider('shared', { models: ['gpt', 'big'], aliases: { quick: 'gpt' }, default: true });

  it("asks its own for a model or an alias that both have, whatever the order and the installation's default", () => {
    const mine = own('mine', { models: ['gpt'] });
    for (const providers of [
      [shared, mine],
      [mine, shared],
    ]) {
      expect(choice(providers, 'gpt')).toBe('mine: gpt');
      expect(choice(providers, 'big')).toBe('shared: big');
      expect(choice(providers, 'quick')).toBe('shared: gpt');
      expect(choice(providers, 'shared/gpt')).toBe('shared: gpt');
      expect(choice(providers)).toBe('mine: gpt');
      expect(choice(providers, 'gpt-4')).toBe('mine: gpt');
    }
    expect(choice([shared, own('mine', { models: ['other'], aliases: { big: 'other' } })], 'big')).toBe('mine: other');
  });

  it('asks its default one without a model, else its first', () => {
    const providers = [shared, own('a', { models: ['x'] }), own('b', { models: ['y'], default: true })];
    expect(choice(providers)).toBe('b: y');
    expect(choice(providers.slice(0, 2))).toBe('a: x');
    expect(choice([shared])).toBe('shared: gpt');
  });

  it('passes a name on to its own that lists none, unless somebody lists the name', () => {
    const open = own('open');
    expect(choice([provider('other'), open], 'whatever')).toBe('open: whatever');
    expect(choice([shared, open], 'big')).toBe('shared: big');
  });
});

describe('a single provider that lists no models', () => {
  it.each([
    ['openai', 'gpt-5.6'],
    ['anthropic', 'claude-sonnet-5'],
    ['mistral', 'mistral-medium-latest'],
  ] as const)(
    'is asked, when it is %s, for the default of that type without a model and by the names of the reference',
    (type, model) => {
      const only = [provider('only', { type })];
      for (const name of [undefined, 'gpt-4', 'gpt-3.5-turbo']) expect(choice(only, name)).toBe(`only: ${model}`);
      expect(choice(only, 'any-other')).toBe('only: any-other');
      expect(choice(only, 'only/gpt-4')).toBe('only: gpt-4');
    },
  );

  it.each(['azure', 'ollama', 'openai_compatible'] as const)(
    "gets these names too when it is %s, whose models are its owner's, and without one it is an error that says what to set",
    (type) => {
      const only = [provider('only', { type })];
      for (const name of ['gpt-4', 'gpt-3.5-turbo']) expect(choice(only, name)).toBe(`only: ${name}`);
      expect(failureOf(() => choice(only))).toMatchObject({
        code: 'AI_MODEL_UNKNOWN',
        message: `The step names no model, and the provider "only" of the type "${type}" has no default: list "models" at the provider, or give the step a "model"`,
        details: { provider: 'only' },
      });
    },
  );
});

it('the names of the reference mean the default model, unless somebody lists them, whoever gets any name', () => {
  const open = provider('open');
  const listing = provider('listing', { models: ['big'], default: true });
  expect(choice([open, listing], 'gpt-4')).toBe('listing: big');
  expect(choice([provider('claude', { type: 'anthropic' }), open], 'gpt-4')).toBe('claude: claude-sonnet-5');
  expect(choice([listing, provider('azure', { models: ['gpt-4'] })], 'gpt-4')).toBe('azure: gpt-4');
  expect(choice([listing, own('mine', { aliases: { 'gpt-4': 'mini' } })], 'gpt-4')).toBe('mine: mini');
});

describe('the list of models', () => {
  const listed = (providers: readonly NamedProvider[]) =>
    modelList(providers, PRICE).map(({ name, aliases }) => [name, ...aliases]);

  it('has each by the shortest name that leads to it, and its aliases', () => {
    const mine = own('mine', { models: ['gpt'], aliases: { fast: 'mini', gpt3: 'gpt' } });
    const shared = provider('shared', {
      models: ['gpt', 'big'],
      aliases: { quick: 'gpt', fast: 'big' },
      default: true,
    });
    expect(listed([mine, shared])).toEqual([
      ['big', 'shared/fast'],
      ['fast'],
      ['gpt', 'gpt3', 'gpt-4', 'gpt-3.5-turbo'],
      ['shared/gpt', 'quick'],
    ]);
    const [first] = modelList([mine], PRICE).filter(({ default: isDefault }) => isDefault);
    expect(first).toEqual({
      name: 'gpt',
      aliases: ['gpt3', 'gpt-4', 'gpt-3.5-turbo'],
      model: 'gpt',
      provider: 'mine',
      type: 'openai_compatible',
      owner: 'organisation',
      default: true,
      price: null,
    });
  });

  it('says of a provider without models that it takes any name', () => {
    expect(modelList([own('open', { aliases: { a: 'b' } })], PRICE)).toMatchObject([
      { name: 'a', model: 'b', default: false },
      { name: 'open/*', model: null, owner: 'organisation' },
    ]);
  });

  it('has the default of a type, and who gets it by any name', () => {
    const claude = provider('claude', { type: 'anthropic', aliases: { quick: 'claude-haiku-4-5' } });
    const entry = { model: 'claude-sonnet-5', default: true, price: { source: 'list' } };
    expect(modelList([claude], PRICE)).toMatchObject([
      { name: 'claude-sonnet-5', aliases: ['gpt-4', 'gpt-3.5-turbo'], ...entry },
      { name: 'claude/*', model: null, default: false },
      { name: 'quick', default: false },
    ]);
    const other = provider('other', { models: ['claude-sonnet-5'] });
    expect(modelList([claude, other], PRICE)).toMatchObject([
      { name: 'claude-sonnet-5', provider: 'other', default: false },
      { name: 'claude/*' },
      { name: 'claude/claude-sonnet-5', aliases: ['gpt-4', 'gpt-3.5-turbo'], ...entry },
      { name: 'quick' },
    ]);
  });

  it('has only names that lead where it says', () => {
    const models = ['a', 'b', 'x/a', 'own/b'];
    const providers = [
      own('own', { models, aliases: { a: 'b', c: 'b' } }),
      own('x', { models: ['a', 'b'], aliases: { 'own/b': 'a' }, default: true }),
      provider('y', { models, aliases: { b: 'a' } }),
      provider('z', { models: ['gpt-4', 'c'] }),
      provider('open', { aliases: { c: 'd' } }),
    ];
    const kinds = [own('mistral', { type: 'mistral', aliases: { a: 'b' } }), ...providers.slice(2)];
    for (const some of [providers, providers.slice(0, 4), providers.slice(2), [...providers].reverse(), kinds]) {
      const entries = modelList(some, PRICE).filter(({ model }) => model !== null);
      expect(entries.length).toBeGreaterThan(4);
      for (const { name, aliases, model, provider: at } of entries)
        for (const one of [name, ...aliases]) expect([one, choice(some, one)]).toEqual([one, `${at}: ${model}`]);
      const names = entries.flatMap(({ name, aliases }) => [name, ...aliases]);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

it('a model that nobody has is reported with those that there are, each once and not too many', () => {
  const failure = (providers: readonly NamedProvider[]): unknown => failureOf(() => choice(providers, 'none'));
  const twice = [
    provider('a', { models: ['gpt', 'big'], aliases: { gpt: 'gpt' } }),
    provider('b', { models: ['big'] }),
  ];
  expect(failure(twice)).toMatchObject({
    message: 'No provider has the model "none"; there are: gpt, big',
    details: { models: ['gpt', 'big'] },
  });
  const names = Array.from({ length: 25 }, (_, at) => `m${at}`);
  expect(failure([provider('a', { models: names })])).toMatchObject({
    message: expect.stringMatching(/m18, m19, and 5 more$/) as string,
    details: { models: names.slice(0, 20) },
  });
});
