import { aiProvidersSchema, type StepUsage } from '@millrace/contracts';
import { stepDefinitions } from '@millrace/schema';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { FakeHttpServer } from '@millrace/testing';
import type { Charges } from '../../src/ai/credits/model-charges.js';
import { installationProviders } from '../../src/ai/model-choice.js';
import { systemClock, type Clock } from '../../src/clock.js';
import { aiCompletion } from '../../src/steps/ai-completion.step.js';
import type { CallFiles } from '../../src/files/execution-files.js';
import type { StepFailure } from '../../src/steps/step-failure.js';
import type { CallTools, TextSink } from '../../src/steps/step-handler.js';
import { anEffectCall } from './effect-call.js';
import { aScope, options } from './scope.js';

/** The key of all providers, and where the APIs of OpenAI and Anthropic take questions. */
export const KEY = 'sk-test-0123456789';
export const CHAT = '/v1/chat/completions';
export const MESSAGES = '/v1/messages';

/** A `response_schema`. */
export const PERSON = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } },
  required: ['name', 'age'],
};

/** Nobody pays for calls. What is charged: `credits.int.test.ts`. */
export const FREE_OF_CHARGE: Charges = {
  begin: () => Promise.resolve({ used: () => Promise.resolve(0), failed: () => Promise.resolve() }),
};

export interface Run {
  readonly input?: unknown;
  readonly providers?: object;
  readonly client?: Pick<SafeHttpClient, 'request'>;
  readonly signal?: AbortSignal;
  readonly onBytesRead?: (bytes: number) => void;
  readonly onUsage?: (usage: StepUsage) => void;
  readonly tools?: CallTools;
  readonly sink?: TextSink;
  readonly files?: CallFiles;
  readonly charges?: Charges;
  readonly clock?: Clock;
  /** Bound of a call whose step has no timeout. */
  readonly callMs?: number;
  readonly timeoutMs?: number;
}

/** A server that speaks as models do, and steps that ask it. */
export class ModelScene {
  readonly client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });

  private constructor(readonly server: FakeHttpServer) {}

  static async open(): Promise<ModelScene> {
    return new ModelScene(await FakeHttpServer.start());
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.server.stop();
  }

  /** Three providers that speak to the same server: each type of API. */
  providers(): object {
    const base_url = `${this.server.url}/v1`;
    return {
      openai: { type: 'openai', base_url, api_key: KEY, models: ['gpt-5.4'], aliases: { quick: 'gpt-5.4-mini' } },
      anthropic: { type: 'anthropic', base_url, api_key: KEY, models: ['claude-opus-4-1'] },
      own: { type: 'openai_compatible', base_url, models: ['llama'] },
    };
  }

  /** The output of a step of that config. */
  async run(config: object, rest: Run = {}): Promise<unknown> {
    const chosen = installationProviders({
      MILLRACE_AI_PROVIDERS: aiProvidersSchema.parse(rest.providers ?? this.providers()),
    });
    const used = rest.client ?? this.client;
    const needs = {
      providers: { of: () => Promise.resolve(chosen) },
      charges: rest.charges ?? FREE_OF_CHARGE,
      clients: { installation: used, organisation: used },
      userAgent: 'Millrace/test',
      clock: rest.clock ?? systemClock,
      ...(rest.callMs === undefined ? {} : { callMs: rest.callMs }),
    };
    const parsed = stepDefinitions.ai_completion.config.parse({ prompt: 'Hello', ...config });
    const ask = aiCompletion(needs).compile(parsed)(aScope({ input: rest.input ?? {} }), options);
    const { signal, onBytesRead, onUsage, tools, sink, files } = rest;
    return ask(
      anEffectCall({
        idempotencyKey: 'exec_1:ask',
        timeoutMs: rest.timeoutMs ?? null,
        ...(signal === undefined ? {} : { signal }),
        ...(onBytesRead === undefined ? {} : { onBytesRead }),
        ...(onUsage === undefined ? {} : { onUsage }),
        ...(tools === undefined ? {} : { tools }),
        ...(files === undefined ? {} : { files }),
        ...(sink === undefined ? {} : { textSink: () => sink }),
      }),
    );
  }

  /** The body of a call of the server. */
  bodyOf(path: string, at = 0): Record<string, unknown> {
    return JSON.parse(this.server.callsTo(path)[at]?.body ?? 'null') as Record<string, unknown>;
  }
}

export async function failureOf(work: Promise<unknown>): Promise<StepFailure> {
  return work.then(
    (output) => {
      throw new Error(`The step did not fail: ${JSON.stringify(output)}`);
    },
    (error: unknown) => error as StepFailure,
  );
}
