import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { anyFreePort } from '@millrace/local/ports';
import { waitUntil } from '@millrace/testing';
import { answerByTools, answerTo, NOTICE } from '../src/demo-model/answers.js';

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 10 },
    age: { type: 'integer', minimum: 3 },
    kind: { enum: ['a', 'b'] },
    tags: { type: 'array', items: { type: 'string' }, minItems: 2 },
    more: { anyOf: [{ type: 'null' }, { type: 'object' }] },
  },
};

describe('the demo model', () => {
  it('returns a value of the shape that is asked for', () => {
    expect(JSON.parse(answerTo({ prompt: 'Who?', schema }))).toEqual({
      name: NOTICE.slice(0, 10),
      age: 3,
      kind: 'a',
      tags: [NOTICE, NOTICE],
      more: null,
    });
  });

  it('returns JSON when that is asked for or something is analysed, else text, and says what it is', () => {
    const analysis = answerTo({ prompt: 'Analyze the customer inquiry: my order is broken', schema: undefined });
    expect(JSON.parse(analysis)).toMatchObject({ urgency: 'high', category: 'order_issue', demo: NOTICE });
    const calm = answerTo({ prompt: 'Answer with JSON', schema: undefined });
    expect(JSON.parse(calm)).toMatchObject({ urgency: 'normal', demo: NOTICE });
    const welcome = answerTo({ prompt: 'Generate a personalized welcome message for Ada', schema: undefined });
    expect(welcome).toContain('Hello Ada, and welcome!');
    for (const text of [welcome, answerTo({ prompt: 'What is it?', schema: undefined })])
      expect(text).toContain(NOTICE);
  });

  it('asks once for the first tool that it is offered, and repeats what that returned', () => {
    const offered = { name: 'find', parameters: schema };
    const asked = answerByTools({ offered, returned: [], prompt: 'Order 7' });
    expect(asked).toMatchObject({ name: 'find', input: expect.stringContaining('"age":3') as string });
    // What it says of itself is no argument.
    expect(asked).toMatchObject({ input: expect.stringContaining('"tags":["Order 7","Order 7"]') as string });
    expect(JSON.stringify(asked)).not.toContain('demo');
    expect(answerByTools({ offered, returned: ['12 lamps'], prompt: '' })).toEqual({ text: expect.stringContaining('12 lamps') as string }); // prettier-ignore
    expect(answerByTools({ offered: undefined, returned: [], prompt: '' })).toBeUndefined();
  });

  it('speaks the protocol of OpenAI, on the loopback alone', async () => {
    const { program, url } = await start();
    let exited: Promise<unknown[]> | undefined;
    try {
      const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: unknown[] };
      expect(models.data).toHaveLength(1);
      const ask = (body: string) => fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
      const messages = [{ role: 'user', content: 'What is it?' }];
      const answer: unknown = await (await ask(JSON.stringify({ model: 'demo', messages }))).json();
      expect(answer).toMatchObject({
        choices: [{ message: { role: 'assistant', content: expect.stringContaining(NOTICE) as string } }],
        usage: { prompt_tokens: 3 },
      });
      const tools = [{ type: 'function', function: { name: 'find', parameters: { type: 'object' } } }];
      const asks: unknown = await (await ask(JSON.stringify({ model: 'demo', messages, tools }))).json();
      expect(asks).toMatchObject({
        choices: [{ message: { tool_calls: [{ function: { name: 'find', arguments: '{}' } }] } }],
      });
      const short = JSON.stringify({ model: 'demo', messages, max_tokens: 3 });
      expect(await (await ask(short)).json()).toMatchObject({
        choices: [{ message: { content: 'You asked: "' }, finish_reason: 'length' }],
        usage: { completion_tokens: 3 },
      });
      const wide = { model: 'demo', messages, tools, max_completion_tokens: 0 };
      expect(await (await ask(JSON.stringify(wide))).json()).toMatchObject({ choices: [{ finish_reason: 'length' }] });
      const streamed = await ask(JSON.stringify({ model: 'demo', messages, stream: true }));
      expect(streamed.headers.get('content-type')).toBe('text/event-stream');
      const chunks = (await streamed.text()).match(/(?<=^data: )\{.*$/gm) ?? [];
      const words = chunks.map((chunk) => {
        const { choices } = JSON.parse(chunk) as { choices: { delta: { content?: string } }[] };
        return choices[0]?.delta.content ?? '';
      });
      expect(words.length).toBeGreaterThan(5);
      expect(words.join('')).toContain(NOTICE);
      expect((await ask('{')).status).toBe(400);
      expect((await fetch(`${url}/v1/other`)).status).toBe(404);
    } finally {
      exited = once(program, 'exit');
      program.kill('SIGTERM');
    }
    expect(await exited).toEqual([0, null]);
  });
});

async function start(): Promise<{ program: ChildProcess; url: string }> {
  const port = await anyFreePort();
  const program = spawn(process.execPath, [join(__dirname, '../dist/demo-model/server.js'), String(port)]);
  const url = `http://127.0.0.1:${port}`;
  await waitUntil('the demo model is ready', async () => (await fetch(`${url}/health/ready`)).ok);
  return { program, url };
}
