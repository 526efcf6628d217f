import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { INestMicroservice } from '@nestjs/common';
import { ActiveSnapshot, RunRequested, VersionSnapshot, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { EXECUTABLE_STEP_TYPES, isStepType, stepDefinitions, type StepType } from '@millrace/schema';
import { FakeHttpServer, FakeSmtpServer, startNats, type OwnServer } from '@millrace/testing';
import { parse } from 'yaml';
import { chatAnswer, toolAnswer } from './support/model-answers.js';
import { aRequest, connectClient, eventsAtEnd, startExecutor } from './executor.fixture.js';

interface Example {
  readonly name: string;
  readonly line: number;
  readonly document: object;
  readonly input: Record<string, unknown>;
  readonly output: unknown;
}

/** A YAML block with a JSON block of `{input, output}` right after it can be run; other blocks show parts. */
const STEP_PAGES = readdirSync(join(__dirname, '../../../docs/steps'));
const examples = ['workflows.md', ...STEP_PAGES.map((page) => `steps/${page}`)].flatMap((page) =>
  readExamples(`../../../docs/${page}`),
);

let nats: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice;
let echo: Awaited<ReturnType<typeof startEcho>> | undefined;
let model: FakeHttpServer;
let smtp: FakeSmtpServer;
/** Types of the steps that have run. */
const run = new Set<StepType>();

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  model = await FakeHttpServer.start();
  model.on('/v1/chat/completions', ({ body }) => {
    const { tools, messages } = JSON.parse(body) as { tools?: unknown; messages: { role: string; content: string }[] };
    const told = messages.find(({ role }) => role === 'tool');
    if (told !== undefined) return chatAnswer(`There are ${told.content}.`);
    if (tools !== undefined) return toolAnswer([{ id: 'call_1', name: 'stock', input: { article: 'lamp' } }]);
    return chatAnswer(body.includes('urgent') ? '{"urgency": "high"}' : 'Welcome, Ada!');
  });
  const own = { type: 'openai_compatible', base_url: `${model.url}/v1`, models: ['any'] };
  smtp = await FakeSmtpServer.start();
  executor = await startExecutor(nats.url, { aiProviders: { own }, smtpPort: smtp.port });
  echo = await startEcho();
});

afterAll(async () => {
  await executor?.close();
  await bus?.close();
  echo?.process.kill();
  await model?.stop();
  await smtp?.stop();
  await nats?.stop();
});

describe('the pages about workflows and steps', () => {
  it('has a page of each type of step, with an example of it that can be run', () => {
    expect(STEP_PAGES.sort()).toEqual(EXECUTABLE_STEP_TYPES.map((type) => `${type}.md`).sort());
    for (const page of STEP_PAGES) {
      const used = JSON.stringify(readExamples(`../../../docs/steps/${page}`).map(({ document }) => document));
      expect([page, used.includes(`"type":"${page.replace('.md', '')}"`)]).toEqual([page, true]);
    }
  });

  it.each(examples.map((example) => [`${example.name} (line ${example.line})`, example] as const))(
    '%s',
    async (_, example) => {
      const input = { ...example.input };
      if ('base_url' in input) input['base_url'] = echo?.url;
      const request = await aRequest(bus, example.document, input);
      await saveNamed(request);
      await bus.publish(RunRequested, request);
      const events = await eventsAtEnd(bus, request);
      expect(events.at(-1)).toEqual({ type: 'completed', at: expect.any(String), output: example.output });
      for (const event of events) {
        if (event.type !== 'step_completed' || !isStepType(event.step_type)) continue;
        run.add(event.step_type);
        expect(stepDefinitions[event.step_type].output.safeParse(event.output).error?.issues).toBeUndefined();
      }
    },
  );

  it('shows every step type that can be run, and each had an output of the shape that its definition says', () => {
    expect([...run].sort()).toEqual([...EXECUTABLE_STEP_TYPES].sort());
  });
});

/** Those of the workflows that have an id are there for the steps that run them. */
async function saveNamed({ organisation_id }: RunRequest): Promise<void> {
  for (const { name, document } of examples) {
    const { id: workflow_id } = document as { id?: string };
    if (workflow_id === undefined) continue;
    const workflow = { workflow_id, organisation_id, version: 1 };
    await bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name, document: JSON.stringify(document) });
    await bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, status: 'active' });
  }
}

function readExamples(path: string): Example[] {
  const text = readFileSync(join(__dirname, path), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)];
  return blocks.flatMap((block, index) => {
    const next = blocks[index + 1];
    const isPair = block[1] === 'yaml' && next?.[1] === 'json';
    if (!isPair || text.slice(block.index + block[0].length, next.index).trim() !== '') return [];
    const document = parse(block[2] ?? '') as { name?: string };
    const expected = JSON.parse(next[2] ?? '') as { input?: Record<string, unknown>; output?: unknown };
    if (expected.input === undefined || !('output' in expected)) return [];
    const line = text.slice(0, block.index).split('\n').length;
    return [{ name: document.name ?? 'unnamed', line, document, input: expected.input, output: expected.output }];
  });
}

/** The service of the documentation's examples, as its readers start it. */
async function startEcho(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const child = spawn(process.execPath, [join(__dirname, '../../../examples/echo.mjs'), '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { url: /http:\S+$/.exec(line)?.[0] ?? '', process: child };
}
