import { LIMITS } from '@millrace/contracts';
import { anEffectCall } from '../../test/support/effect-call.js';
import { chatAnswer, messageAnswer } from '../../test/support/model-answers.js';
import {
  CHAT,
  failureOf,
  FREE_OF_CHARGE,
  KEY,
  MESSAGES,
  ModelScene,
  type Run,
} from '../../test/support/model-scene.js';
import type { Charges } from '../ai/credits/model-charges.js';
import { AttachedFiles, tokensOf } from '../ai/attached-files.js';
import { AttemptStop } from '../executions/attempt-stop.js';
import type { CallFiles } from '../files/execution-files.js';

/* Files are those of a map here; that they are the stored ones: files.int.test.ts. */

let scene: ModelScene;
beforeEach(async () => {
  scene = await ModelScene.open();
});
afterEach(() => scene.close());

const image = { name: 'cat.png', type: 'image/png', content: Buffer.from('an image') };
const pdf = { name: 'bill.pdf', type: 'application/pdf', content: Buffer.from('a document') };
const archive = { name: 'all.zip', type: 'application/zip', content: Buffer.from('many') };
const base64 = (content: Buffer): string => content.toString('base64');

/** Files by the names that values have in place of references. */
function filesOf(...known: { name: string; type: string; content: Buffer }[]): CallFiles {
  return {
    write: () => Promise.reject(new Error('Nothing is written here')),
    open: (value) => {
      const found = known.find(({ name }) => name === value);
      if (found === undefined) return Promise.reject(new Error(`no ${String(value)}`));
      const { name, type, content } = found;
      const read = async function* () {
        for (let at = 0; at < content.length; at += 1_000_000) yield content.subarray(at, at + 1_000_000);
      };
      return Promise.resolve({ id: name, name, type, size: content.length, sha256: '', read });
    },
  };
}

/** One provider, `it`, of that type. */
function providerOf(type: string): object {
  return { it: { type, base_url: `${scene.server.url}/v1`, api_key: KEY, models: ['one'] } };
}

const seen = { files: filesOf(image, pdf, archive), input: { both: ['cat.png', 'bill.pdf'], none: null } };

describe('files of a question', () => {
  it.each(['gpt-5.4', 'own/llama'])("are sent as OpenAI's API takes them (%s)", async (model) => {
    scene.server.on(CHAT, chatAnswer('A cat, and a bill'));
    const config = { model, prompt: 'What is this?', attachments: ['{{input.both}}', '{{input.none}}'] };
    expect(await scene.run(config, seen)).toBe('A cat, and a bill');
    const [message] = (scene.bodyOf(CHAT) as { messages: { role: string; content: object[] }[] }).messages;
    expect(message).toMatchObject({
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${base64(image.content)}` } },
        {
          type: 'file',
          file: { filename: 'bill.pdf', file_data: `data:application/pdf;base64,${base64(pdf.content)}` },
        },
      ],
    });
  });

  it("are sent as Anthropic's API takes them, with the last message of the user", async () => {
    scene.server.on(MESSAGES, messageAnswer('A cat'));
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Yes?' },
      { role: 'user', content: 'Look' },
      { role: 'assistant', content: 'It is' },
    ];
    const config = { model: 'claude-opus-4-1', prompt: undefined, messages, attachments: '{{input.both}}' };
    await scene.run(config, seen);
    const { messages: sent } = scene.bodyOf(MESSAGES) as { messages: { content: object[] }[] };
    expect(sent.map(({ content }) => content.length)).toEqual([1, 1, 3, 1]);
    expect(sent[2]?.content).toMatchObject([
      { type: 'text', text: 'Look' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64(image.content) } },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: base64(pdf.content) } },
    ]);
  });

  it.each<[string, Run['sink']]>([
    ['whole', undefined],
    ['streamed', { add: () => undefined, end: () => undefined, drop: () => undefined }],
  ])("are sent as Mistral's API takes them, for an answer that comes %s", async (_, sink) => {
    scene.server.on(CHAT, chatAnswer('A cat, and a bill'));
    const config = { prompt: 'What is this?', attachments: '{{input.both}}' };
    const run = { ...seen, providers: providerOf('mistral'), ...(sink && { sink }) };
    expect(await scene.run(config, run)).toBe('A cat, and a bill');
    expect(scene.bodyOf(CHAT)['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${base64(image.content)}` } },
          { type: 'document_url', document_url: `data:application/pdf;base64,${base64(pdf.content)}` },
        ],
      },
    ]);
  });

  it('are images alone for Ollama: a PDF is refused before anything is sent or held back', async () => {
    scene.server.on(CHAT, chatAnswer('A cat'));
    let begun = 0;
    const begin: Charges['begin'] = (call) => {
      begun++;
      return FREE_OF_CHARGE.begin(call);
    };
    const run = { ...seen, providers: providerOf('ollama'), charges: { begin } };
    expect(await failureOf(scene.run({ attachments: '{{input.both}}' }, run))).toMatchObject({
      code: 'AI_REQUEST_REFUSED',
      retryable: false,
      message: expect.stringMatching(/"it" is of the type ollama, whose API takes images and no PDF/) as unknown,
      details: { provider: 'it', model: 'one', field: 'config.attachments', type: 'application/pdf' },
    });
    expect(scene.server.calls).toEqual([]);
    expect(begun).toBe(0);
    expect(await scene.run({ attachments: 'cat.png' }, run)).toBe('A cat');
    expect(scene.bodyOf(CHAT)).toMatchObject({ messages: [{ content: [{ type: 'text' }, { type: 'image_url' }] }] });
  });

  it.each([
    { model: 'it/one', fallbacks: ['gpt-5.4'] },
    { model: 'gpt-5.4', fallbacks: ['it/one'] },
  ])('pass over a model that is not sent them ($model first)', async (models) => {
    const config = { ...models, attachments: '{{input.both}}' };
    const run = { ...seen, providers: { ...scene.providers(), ...providerOf('ollama') } };
    scene.server.on(CHAT, { status: 503, body: '{}' });
    expect(await failureOf(scene.run(config, run))).toMatchObject({ code: 'AI_UNAVAILABLE', retryable: true });
    scene.server.on(CHAT, chatAnswer('A cat, and a bill'));
    expect(await scene.run(config, run)).toBe('A cat, and a bill');
    for (const { body } of scene.server.calls) expect(JSON.parse(body)).toHaveProperty('model', 'gpt-5.4');
  });

  it('are asked for again with every round, and with a correction', async () => {
    scene.server.sequence(CHAT, [chatAnswer('no JSON'), chatAnswer('{"kind": "cat"}')]);
    const config = { model: 'gpt-5.4', response_schema: { type: 'object' }, attachments: ['{{input.both}}'] };
    expect(await scene.run(config, seen)).toEqual({ kind: 'cat' });
    for (const call of scene.server.callsTo(CHAT)) expect(call.body).toContain(base64(pdf.content));
  });

  it.each<[string, unknown, object]>([
    ['of a type that not every model reads', ['all.zip'], { type: 'application/zip' }],
    ['that are too many', Array(LIMITS.aiAttachments + 1).fill('cat.png'), { limit: LIMITS.aiAttachments }],
    ['that are too large together', ['large.png', 'cat.png'], { limit_bytes: LIMITS.aiAttachmentBytes }],
  ])('%s are refused before anything is sent', async (_, values, details) => {
    const large = { ...image, name: 'large.png', content: Buffer.alloc(LIMITS.aiAttachmentBytes) };
    const files = filesOf(image, archive, large);
    const failure = await failureOf(scene.run({ attachments: ['{{input.values}}'] }, { files, input: { values } }));
    expect(failure).toMatchObject({
      code: 'EXPRESSION_FAILED',
      details: { field: 'config.attachments', ...details },
    });
    expect(scene.server.calls).toEqual([]);
  });

  it('count as memory of the execution, as often as they are in it', async () => {
    scene.server.on(CHAT, chatAnswer('ok'));
    const large = { ...image, name: 'large.png', content: Buffer.alloc(1_000_000) };
    const told: number[] = [];
    const onBytesRead = (bytes: number): void => void told.push(bytes);
    await scene.run({ attachments: 'large.png' }, { files: filesOf(large), onBytesRead });
    expect(Math.max(...told)).toBeGreaterThan(4_000_000);
  });

  it('hold back tokens for each image, and for a PDF by its size and pages', async () => {
    scene.server.on(CHAT, chatAnswer('ok'));
    const asked: number[] = [];
    const begin: Charges['begin'] = ({ bytes, ...rest }) => {
      asked.push(bytes);
      return FREE_OF_CHARGE.begin({ bytes, ...rest });
    };
    await scene.run({ prompt: 'x' }, { charges: { begin } });
    await scene.run({ prompt: 'x', attachments: '{{input.both}}' }, { ...seen, charges: { begin } });
    const [without = 0, withFiles = 0] = asked;
    expect(withFiles - without).toBe(6_000 + 300_000);

    expect(await tokensOf('image/png', Buffer.alloc(100))).toBe(6_000);
    const pdf = (pages: number, bytes = 0) =>
      tokensOf(
        'application/pdf',
        Buffer.concat([Buffer.from(`%PDF-1.4 <</Type/Pages/Count ${pages}>>`), Buffer.alloc(bytes)]),
      );
    expect(await pdf(1)).toBe(10_000);
    expect(await pdf(1, 800_000)).toBe(100_004);
    expect(await pdf(70)).toBe(210_000);
    expect(await pdf(70, 800_000)).toBe(210_000);
    // No model reads more than that.
    expect(await pdf(9_999_999)).toBe(1_000_000);
    // Nobody can tell how many it has.
    expect(await tokensOf('application/pdf', Buffer.from('%PDF-1.7'))).toBe(300_000);
  });
});

describe('calls with large files', () => {
  const large = { ...image, name: 'large.png', content: Buffer.alloc(LIMITS.aiSmallAttachmentBytes + 1) };
  const files = filesOf(large, image);

  /** Calls that do not end before they are made to. */
  function calls() {
    const attached = new AttachedFiles();
    const made: string[] = [];
    const ends: (() => void)[] = [];
    const begin = (organisationId: string, name = 'large.png', stop = new AttemptStop()): Promise<void> =>
      attached.during([name], { ...anEffectCall({ organisationId, files }), stop }, () => {
        made.push(organisationId);
        return new Promise((resolve) => ends.push(resolve));
      });
    return { made, ends, begin };
  }
  const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

  it('are made a few at a time, by organisations in turn, while those with small ones go on', async () => {
    const { made, ends, begin } = calls();
    const all = Array.from({ length: LIMITS.aiLargeCallsAtOnce + 2 }, () => begin('org_1'));
    await settled();
    expect(made).toHaveLength(LIMITS.aiLargeCallsAtOnce / 2);
    all.push(begin('org_2'), begin('org_1', 'cat.png'));
    await settled();
    expect(made.slice(LIMITS.aiLargeCallsAtOnce / 2).sort()).toEqual(['org_1', 'org_2']);
    while (made.length < all.length) {
      ends.splice(0).forEach((end) => end());
      await settled();
    }
    ends.forEach((end) => end());
    await Promise.all(all);
  });

  it('are not made when nobody waits for them any more, and keep no place', async () => {
    const { made, ends, begin } = calls();
    const first = Array.from({ length: LIMITS.aiLargeCallsAtOnce / 2 }, () => begin('org_1'));
    await settled();
    const stop = new AttemptStop();
    const gone = begin('org_1', 'large.png', stop);
    const last = begin('org_1');
    stop.abort(new Error('enough'));
    ends.splice(0).forEach((end) => end());
    await expect(gone).rejects.toThrow('enough');
    await Promise.all(first);
    await settled();
    expect(made).toHaveLength(first.length + 1);
    ends.forEach((end) => end());
    await last;
  });
});
