import { AiProvidersSnapshot, ListAiModels, newId } from '@millrace/contracts';
import { CANARY, CHAT, HOUSE_KEY, MESSAGES, ProviderScene } from './support/provider-scene.js';

let scene: ProviderScene;
beforeAll(async () => {
  scene = await ProviderScene.open();
});
afterAll(() => scene?.close());
beforeEach(() => scene.reset());

describe('a step of an organisation with providers of its own', () => {
  it.each([
    ['openai', CHAT, `Bearer ${CANARY}`],
    ['azure', CHAT, `Bearer ${CANARY}`],
    ['mistral', CHAT, `Bearer ${CANARY}`],
    ['ollama', CHAT, `Bearer ${CANARY}`],
    ['openai_compatible', CHAT, `Bearer ${CANARY}`],
    ['anthropic', MESSAGES, CANARY],
  ] as const)('asks the one of the type %s with its key', async (type, path, sent) => {
    const organisation = await scene.publish({ mine: { type } });
    const events = await scene.run(organisation, { model: 'gpt' });
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'their own' });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'step_completed',
        usage: expect.objectContaining({ provider: 'mine' }) as object,
      }),
    );
    expect([scene.paths(), scene.keys()]).toEqual([[path], [sent]]);
    expect(JSON.stringify(events)).not.toContain(CANARY);
  });

  it("asks the installation for what only that has, with the installation's key", async () => {
    const organisation = await scene.publish({ mine: {} });
    expect(await scene.end(organisation, { model: 'big' })).toMatchObject({ output: 'of the house' });
    expect(scene.keys()).toEqual([`Bearer ${HOUSE_KEY}`]);
    expect(await scene.end(organisation)).toMatchObject({ output: 'their own' });
    expect(await scene.end(newId('organisation'))).toMatchObject({ output: 'of the house' });
  });

  it('asks its own in the place of one of the installation that has the same name', async () => {
    const organisation = await scene.publish({ house: { models: ['other'] } });
    expect(await scene.end(organisation, { model: 'house/other' })).toMatchObject({ output: 'their own' });
    expect(await scene.end(organisation, { model: 'big' })).toMatchObject({ error: { code: 'AI_MODEL_UNKNOWN' } });
    expect(scene.keys()).toEqual([`Bearer ${CANARY}`]);
  });

  it('sends no key to one that has none', async () => {
    const organisation = await scene.publish({ mine: { api_key: null } });
    expect(await scene.end(organisation, { model: 'gpt' })).toMatchObject({ output: 'their own' });
    expect(scene.keys()).toEqual([undefined]);
  });

  it('follows a change at once, and says what there is once a provider is deleted', async () => {
    const organisation = await scene.publish({ mine: { models: ['only-here'] } });
    expect(await scene.end(organisation, { model: 'only-here' })).toMatchObject({ output: 'their own' });
    const key = scene.sealed(organisation, 'mine', 'sk-another-key-0123');
    await scene.publish({ mine: { models: ['only-here'], api_key: key } }, organisation);
    expect(await scene.end(organisation, { model: 'only-here' })).toMatchObject({ output: 'their own' });
    expect(scene.keys()).toEqual([`Bearer ${CANARY}`, 'Bearer sk-another-key-0123']);
    await scene.publish({}, organisation);
    for (const name of ['only-here', 'mine/only-here'])
      expect(await scene.end(organisation, { model: name })).toMatchObject({
        error: {
          code: 'AI_MODEL_UNKNOWN',
          message: `No provider has the model "${name}"; there are: gpt, big, inner`,
        },
      });
  });

  it('reaches no provider of another organisation, by no name', async () => {
    await scene.publish({ theirs: { models: ['secret-model'], aliases: { alias: 'secret-model' } } });
    for (const name of ['secret-model', 'alias', 'theirs/secret-model', 'theirs/alias'])
      expect(await scene.end(newId('organisation'), { model: name })).toMatchObject({
        error: { code: 'AI_MODEL_UNKNOWN' },
      });
    expect(scene.model.calls).toEqual([]);
  });

  it('takes no key that was sealed for another organisation or another name, and goes on with its other providers', async () => {
    const [owner, thief] = [newId('organisation'), newId('organisation')];
    const { api_key } = scene.stored(owner, 'mine');
    await scene.publish({ mine: { models: ['a'], api_key }, other: { models: ['b'] } }, thief);
    expect(await scene.end(thief, { model: 'a' })).toMatchObject({
      error: { code: 'SECRET_UNREADABLE', details: { provider_name: 'mine' } },
    });
    expect(scene.model.calls).toEqual([]);
    expect(await scene.end(thief, { model: 'b' })).toMatchObject({ output: 'their own' });
    await scene.publish({ other: { api_key } }, owner);
    expect(await scene.end(owner, { model: 'gpt' })).toMatchObject({ error: { code: 'SECRET_UNREADABLE' } });
  });

  it('takes nothing from a snapshot that says whose it is when that is another organisation', async () => {
    const [owner, thief] = [await scene.publish({ mine: { models: ['only-theirs'] } }), newId('organisation')];
    const { snapshots } = scene.bus;
    const published = await snapshots.get(AiProvidersSnapshot, { organisation_id: owner });
    await snapshots.put(
      AiProvidersSnapshot,
      { organisation_id: thief },
      published ?? { organisation_id: '', providers: {} },
    );
    expect(await scene.end(thief, { model: 'only-theirs' })).toMatchObject({ error: { code: 'AI_MODEL_UNKNOWN' } });
    expect(await scene.end(owner, { model: 'only-theirs' })).toMatchObject({ output: 'their own' });
  });

  it('goes on where a newer version has stored what this one does not understand', async () => {
    const organisation = newId('organisation');
    const providers = {
      mine: JSON.stringify({ ...scene.stored(organisation, 'mine'), region: 'eu' }),
      newer: JSON.stringify({ ...scene.stored(organisation, 'newer'), type: 'skynet' }),
      broken: 'not JSON',
    };
    const published = { organisation_id: organisation, providers };
    await scene.bus.snapshots.put(AiProvidersSnapshot, { organisation_id: organisation }, published);
    expect(await scene.end(organisation, { model: 'gpt' })).toMatchObject({ output: 'their own' });
    expect(await scene.end(organisation, { model: 'newer/gpt' })).toMatchObject({
      error: { code: 'AI_MODEL_UNKNOWN' },
    });
  });
});

describe('the list of models', () => {
  const models = (organisation_id: string, more: object = {}) =>
    scene.bus.request(ListAiModels, { organisation_id, limit: 20, ...more });

  it("has the organisation's and the installation's, page by page, and no key", async () => {
    const organisation = await scene.publish({ mine: { aliases: { quick: 'gpt' } } });
    await scene.publish({ theirs: { models: ['secret-model'] } });
    const all = await models(organisation);
    expect(all).toMatchObject({
      models: [
        { name: 'big', provider: 'house', owner: 'installation', default: false },
        {
          name: 'gpt',
          provider: 'mine',
          owner: 'organisation',
          default: true,
          aliases: ['quick', 'gpt-4', 'gpt-3.5-turbo'],
        },
        { name: 'house/gpt', provider: 'house', owner: 'installation', default: false },
        { name: 'inner', provider: 'inner', owner: 'installation' },
      ],
      next_cursor: null,
      has_more: false,
    });
    const first = await models(organisation, { limit: 2 });
    expect([first.models, first.next_cursor, first.has_more]).toEqual([all.models.slice(0, 2), 'gpt', true]);
    const second = await models(organisation, { limit: 2, starting_after: 'gpt' });
    expect([second.models, second.has_more]).toEqual([all.models.slice(2), false]);
    expect(JSON.stringify(all)).not.toMatch(/sk-|secret-model/);
  });
});
