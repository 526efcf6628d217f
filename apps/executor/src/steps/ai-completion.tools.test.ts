import { LIMITS } from '@millrace/contracts';
import { chatAnswer, messageAnswer, toolAnswer, toolUseAnswer } from '../../test/support/model-answers.js';
import { CHAT, failureOf, MESSAGES, ModelScene, PERSON } from '../../test/support/model-scene.js';
import { ToolsWanted, type CallTools, type ToolProgress } from './step-handler.js';

/* What a model gets about tools, and what becomes of what it asks for. That they run: `ai-tools.int.test.ts`. */

let scene: ModelScene;

beforeEach(async () => {
  scene = await ModelScene.open();
});
afterEach(() => scene.close());

const SCHEMA = { type: 'object', properties: { number: { type: 'integer' } }, required: ['number'] };
const FIND = { name: 'find_order', description: 'Finds an order', input_schema: SCHEMA };
const NAMED = { tools: [{ workflow_id: 'wf_find' }] };
const call = (input: unknown, id = 'call_1', name = 'find_order') => ({ id, name, input });

function toolsOf(before: Partial<ToolProgress> = {}): CallTools {
  return {
    admitted: (ids) => Promise.resolve(ids.map((workflowId) => ({ workflowId, version: 3, tool: FIND }))),
    progress: () => Promise.resolve({ turns: [], asked: 0, usage: undefined, ...before }),
  };
}

const turnsOf = (count: number, output: unknown = { state: 'sent' }): ToolProgress['turns'] =>
  Array.from({ length: count }, (_, index) => ({
    text: 'I look it up.',
    calls: [{ ...call({ number: 7 }, `call_${index}`), result: { output } }],
  }));

it('a model gets name, description and schema, and what it asks for is not run here', async () => {
  scene.server.on(CHAT, toolAnswer([call({ number: 7 })], 'I look it up.'));
  const wanted = await scene.run(NAMED, { tools: toolsOf() });
  expect(scene.bodyOf(CHAT)).toMatchObject({
    tools: [{ type: 'function', function: { name: 'find_order', description: 'Finds an order', parameters: SCHEMA } }],
  });
  expect(wanted).toBeInstanceOf(ToolsWanted);
  const start = { workflowId: 'wf_find', version: 3, tool: FIND };
  expect(wanted).toMatchObject({
    asked: 1,
    turns: [{ text: 'I look it up.', calls: [{ id: 'call_1', name: 'find_order', input: { number: 7 }, start }] }],
  });
});

it('a step can give a tool another name and description', async () => {
  scene.server.on(CHAT, chatAnswer('ok'));
  const tools = [{ workflow_id: 'wf_find', name: 'look_up', description: 'Looks up' }];
  await scene.run({ tools }, { tools: toolsOf() });
  expect(scene.bodyOf(CHAT)).toMatchObject({ tools: [{ function: { name: 'look_up', description: 'Looks up' } }] });
  const twice = { tools: [{ workflow_id: 'wf_find' }, { workflow_id: 'wf_other' }] };
  expect(await failureOf(scene.run(twice, { tools: toolsOf() }))).toMatchObject({
    code: 'WORKFLOW_NOT_A_TOOL',
    details: { workflow_id: 'wf_other', name: 'find_order' },
  });
});

it.each([
  [CHAT, 'openai/gpt-5.4', chatAnswer('Sent.')],
  [MESSAGES, 'claude-opus-4-1', messageAnswer('Sent.')],
])('what tools have returned is sent to %s, with the calls that it belongs to', async (path, model, answer) => {
  scene.server.on(path, answer);
  const failed = { text: '', calls: [{ ...call({ number: 8 }, 'call_9'), result: { error: 'No such order' } }] };
  const before = { turns: [...turnsOf(1), failed], asked: 2 };
  expect(await scene.run({ ...NAMED, model }, { tools: toolsOf(before) })).toBe('Sent.');
  const sent = JSON.stringify(scene.bodyOf(path)['messages']);
  for (const text of ['I look it up.', 'No such order', 'sent']) expect(sent).toContain(text);
  expect(sent.indexOf('I look it up.')).toBeLessThan(sent.indexOf('No such order'));
});

it.each([
  ['openai', CHAT, chatAnswer('Sent.')],
  ['mistral', CHAT, chatAnswer('Sent.')],
  ['anthropic', MESSAGES, messageAnswer('Sent.')],
])('%s gets calls and results under ids that every API takes, whoever asked for them', async (type, path, answer) => {
  scene.server.on(path, answer);
  const calls = ['call_abc', 'toolu_01:x', 'call_abc', ''].map((id, number) => ({
    ...call({ number }, id),
    result: { output: `Order ${number}` },
  }));
  const turns = [{ text: '', calls: calls.slice(0, 3) }, { text: '', calls: calls.slice(3) }]; // prettier-ignore
  const providers = { mine: { type, base_url: `${scene.server.url}/v1`, api_key: 'key', models: ['m'] } };
  await scene.run(NAMED, { providers, tools: toolsOf({ turns, asked: 2 }) });
  const ids = idsSent(scene.bodyOf(path));
  expect(new Set(ids.calls.values()).size).toBe(4);
  for (const id of ids.calls.values()) expect(id).toMatch(/^[a-z0-9]{9}$/);
  expect([...ids.results]).toEqual([0, 1, 2, 3].map((number) => [ids.calls.get(number), `Order ${number}`]));
});

interface SentCall {
  readonly id: string;
  readonly function?: { readonly arguments: string };
  readonly input?: { readonly number: number };
}

/** Which id each call was sent under, by its number, and each result, with what it is. */
function idsSent(body: Record<string, unknown>): {
  readonly calls: Map<number, string>;
  readonly results: Map<string, unknown>;
} {
  const [calls, results] = [new Map<number, string>(), new Map<string, unknown>()];
  const note = ({ id, input, function: called }: SentCall): void => {
    calls.set((input ?? (JSON.parse(called?.arguments ?? '{}') as { number: number })).number, id);
  };
  for (const message of body['messages'] as {
    readonly content: unknown;
    readonly tool_calls?: readonly SentCall[];
    readonly tool_call_id?: string;
  }[]) {
    message.tool_calls?.forEach(note);
    if (message.tool_call_id !== undefined) results.set(message.tool_call_id, message.content);
    if (!Array.isArray(message.content)) continue;
    for (const part of message.content as (SentCall & { type: string; tool_use_id: string; content: unknown })[]) {
      if (part.type === 'tool_use') note(part);
      if (part.type === 'tool_result') results.set(part.tool_use_id, part.content);
    }
  }
  return { calls, results };
}

it("Anthropic's API asks for tools in its own way", async () => {
  scene.server.on(MESSAGES, toolUseAnswer([call({ number: 7 })]));
  const wanted = await scene.run({ ...NAMED, model: 'claude-opus-4-1' }, { tools: toolsOf() });
  expect(wanted).toMatchObject({ turns: [{ calls: [{ id: 'call_1', input: { number: 7 } }] }] });
  expect(scene.bodyOf(MESSAGES)).toMatchObject({ tools: [{ name: 'find_order', input_schema: SCHEMA }] });
});

it('calls that cannot be run are reported to the model at once, and it goes on', async () => {
  scene.server.sequence(CHAT, [
    toolAnswer([call({ number: 'seven' }), call({}, 'call_2', 'drop_tables'), call('{"number": 7', 'call_3')]),
    chatAnswer('I cannot.'),
  ]);
  expect(await scene.run(NAMED, { tools: toolsOf() })).toBe('I cannot.');
  const { messages } = scene.bodyOf(CHAT, 1) as { messages: { role: string; content: string }[] };
  expect(messages.filter(({ role }) => role === 'tool').map(({ content }) => content)).toEqual([
    expect.stringContaining('/number must be integer'),
    expect.stringContaining('There is no such tool. Tools: find_order'),
    expect.stringContaining('not JSON'),
  ]);
});

it('so are calls beyond the number that may run at once', async () => {
  const calls = Array.from({ length: LIMITS.aiToolCallsPerRound + 2 }, (_, index) =>
    call({ number: index }, `c${index}`),
  );
  scene.server.on(CHAT, toolAnswer(calls));
  const wanted = (await scene.run(NAMED, { tools: toolsOf() })) as ToolsWanted;
  const refused = wanted.turns[0]?.calls.filter(({ start }) => 'error' in start);
  expect(wanted.turns[0]?.calls).toHaveLength(calls.length);
  expect(refused?.map(({ id }) => id)).toEqual(['c8', 'c9']);
});

it('a model that asks for tools for ever fails the step, also when none of its calls can be run', async () => {
  scene.server.on(CHAT, toolAnswer([call({ number: 7 })]));
  const tools = toolsOf({ turns: turnsOf(2), asked: 2 });
  expect(await failureOf(scene.run({ ...NAMED, max_tool_rounds: 2 }, { tools }))).toMatchObject({
    code: 'AI_TOOL_ROUNDS_EXCEEDED',
    retryable: false,
    details: { max_tool_rounds: 2 },
  });
  scene.server.on(CHAT, toolAnswer([call({}, 'call_1', 'nothing')]));
  expect(await failureOf(scene.run({ ...NAMED, max_tool_rounds: 3 }, { tools: toolsOf() }))).toMatchObject({
    code: 'AI_TOOL_ROUNDS_EXCEEDED',
  });
  expect(scene.server.callsTo(CHAT)).toHaveLength(1 + 4);
});

it('usage is that of all rounds together', async () => {
  scene.server.on(CHAT, chatAnswer('ok'));
  const usage = {
    provider: 'openai',
    model: 'gpt-5.4',
    input_tokens: 10,
    output_tokens: 5,
    finish_reason: 'tool-calls',
    cost: 30,
  };
  const charge = { used: () => Promise.resolve(7), failed: () => Promise.resolve() };
  const told: unknown[] = [];
  await scene.run(NAMED, {
    tools: toolsOf({ usage, asked: 1, turns: turnsOf(1) }),
    onUsage: (used) => told.push(used),
    charges: { begin: () => Promise.resolve(charge) },
  });
  expect(told).toEqual([usage, { ...usage, input_tokens: 13, output_tokens: 6, finish_reason: 'stop', cost: 37 }]);
});

it('what tools return is bounded together with the prompt', async () => {
  const large = turnsOf(9, 'x'.repeat(LIMITS.aiToolResultBytes));
  const failure = await failureOf(scene.run({ ...NAMED, max_tool_rounds: 20 }, { tools: toolsOf({ turns: large }) }));
  expect(failure).toMatchObject({ code: 'AI_CONTEXT_TOO_LONG', details: { limit_bytes: LIMITS.aiPromptBytes } });
  expect(scene.server.calls).toEqual([]);
});

it('an answer after tools is checked like any', async () => {
  scene.server.sequence(CHAT, [chatAnswer('no JSON'), chatAnswer('{"name": "Ada", "age": 36}')]);
  const config = { ...NAMED, response_schema: PERSON };
  const output = await scene.run(config, { tools: toolsOf({ turns: turnsOf(1), asked: 1 }) });
  expect(output).toEqual({ name: 'Ada', age: 36 });
  const { messages } = scene.bodyOf(CHAT, 1) as { messages: { role: string }[] };
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user']);
});
