import type { FakeHttpAnswer } from '@millrace/testing';

type Pieces = AsyncIterable<string> | Iterable<string>;

const USAGE = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };

/** An answer of OpenAI's chat completions. */
export function chatAnswer(
  content: string,
  rest: { readonly finish?: string; readonly refusal?: string; readonly usage?: object | undefined } = {},
): FakeHttpAnswer {
  const { finish = 'stop', refusal = null } = rest;
  const usage = 'usage' in rest ? rest.usage : USAGE;
  const message = { role: 'assistant', content: refusal === null ? content : null, refusal };
  const choices = [{ index: 0, message, finish_reason: finish }];
  return { body: { id: 'c1', object: 'chat.completion', created: 1, model: 'any', choices, usage } };
}

/** An answer of Anthropic's messages. */
export function messageAnswer(text: string, { stop = 'end_turn' }: { readonly stop?: string } = {}): FakeHttpAnswer {
  const content = text === '' ? [] : [{ type: 'text', text }];
  const usage = { input_tokens: 3, output_tokens: 1 };
  return { body: { id: 'm1', type: 'message', role: 'assistant', model: 'any', content, stop_reason: stop, usage } };
}

/** An answer of OpenAI's chat completions that asks for tools; `input` is what is passed, as JSON or as the text given. */
export function toolAnswer(
  calls: readonly { id: string; name: string; input: unknown }[],
  content = '',
): FakeHttpAnswer {
  const tool_calls = calls.map(({ id, name, input }) => {
    const text = typeof input === 'string' ? input : JSON.stringify(input);
    return { id, type: 'function', function: { name, arguments: text } };
  });
  const message = { role: 'assistant', content: content === '' ? null : content, tool_calls };
  const choices = [{ index: 0, message, finish_reason: 'tool_calls' }];
  return { body: { id: 'c1', object: 'chat.completion', created: 1, model: 'any', choices, usage: USAGE } };
}

/** An answer of Anthropic's messages that asks for tools. */
export function toolUseAnswer(calls: readonly { id: string; name: string; input: unknown }[]): FakeHttpAnswer {
  const content = calls.map((call) => ({ type: 'tool_use', ...call }));
  const usage = { input_tokens: 3, output_tokens: 1 };
  return {
    body: { id: 'm1', type: 'message', role: 'assistant', model: 'any', content, stop_reason: 'tool_use', usage },
  };
}

/** An answer of OpenAI's chat completions that comes in pieces; `finish` null breaks off before its end, and `usageAtEnd` says what was used with it, as Mistral does. */
export function streamedChat(
  texts: Pieces,
  {
    finish = 'stop',
    delta = {},
    usageAtEnd = false,
  }: { finish?: string | null; delta?: object; usageAtEnd?: boolean } = {},
): FakeHttpAnswer {
  const event = (choices: object[], rest: object = {}) =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'any', choices, ...rest })}\n\n`;
  const choice = (added: object, finish_reason: string | null = null) => ({ index: 0, delta: added, finish_reason });
  async function* pieces(): AsyncGenerator<string> {
    yield event([choice({ role: 'assistant', content: '', ...delta })]);
    for await (const content of texts) yield event([choice({ content })]);
    if (finish === null) return;
    yield event([choice({}, finish)], usageAtEnd ? { usage: USAGE } : {});
    if (!usageAtEnd) yield event([], { usage: USAGE });
    yield 'data: [DONE]\n\n';
  }
  return { pieces: pieces() };
}

/** The same of Anthropic's messages; `stop` null breaks off before its end. */
export function streamedMessage(texts: Pieces, { stop = 'end_turn' }: { stop?: string | null } = {}): FakeHttpAnswer {
  const event = (type: string, rest: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const message = { id: 'm1', type: 'message', role: 'assistant', model: 'any', content: [], stop_reason: null };
  async function* pieces(): AsyncGenerator<string> {
    yield event('message_start', { message: { ...message, usage: { input_tokens: 3, output_tokens: 1 } } });
    yield event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
    for await (const text of texts)
      yield event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
    if (stop === null) return;
    yield event('content_block_stop', { index: 0 });
    yield event('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 1 } });
    yield event('message_stop', {});
  }
  return { pieces: pieces() };
}
