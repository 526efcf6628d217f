import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import {
  aiProviderContext,
  AiProvidersSnapshot,
  newId,
  RunRequested,
  TestAiProvider,
  VersionSnapshot,
  type AiProviderTest,
  type ExecutionEvent,
  type StoredAiProvider,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { FakeHttpServer, startNats, type OwnServer } from '@millrace/testing';
import { connectClient, eventsAtEnd, startExecutor, workflowOf } from '../executor.fixture.js';
import { chatAnswer, messageAnswer } from './model-answers.js';

/** The keys of organisations' providers, and of the installation's. */
export const CANARY = 'sk-c4n4ry-Zq8Lr2Vn5Xw1Tb7Y';
export const HOUSE_KEY = 'sk-h0use-Rm3Kd9Qw7Ub2';
/** Where the installation's model is asked, and those of organisations. */
export const HOUSE = '/house/chat/completions';
export const CHAT = '/own/chat/completions';
export const MESSAGES = '/own/messages';

/** An executor with a provider of the installation, and providers of organisations on a server that speaks as models do. */
export class ProviderScene {
  private constructor(
    private readonly folder: string,
    private readonly nats: OwnServer,
    readonly bus: NatsBus,
    readonly model: FakeHttpServer,
    private readonly executor: INestMicroservice,
  ) {}

  static async open({ httpRoutes }: { httpRoutes?: readonly object[] } = {}): Promise<ProviderScene> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-executor-ai-'));
    const masterKeysFile = join(folder, 'master-keys');
    writeFileSync(masterKeysFile, `first ${randomBytes(32).toString('base64')}\n`);
    const [nats, model] = await Promise.all([startNats(), FakeHttpServer.start()]);
    const type = 'openai_compatible';
    const house = { type, base_url: `${model.url}/house`, models: ['gpt', 'big'], api_key: HOUSE_KEY, default: true };
    // On a host that steps of users do not reach.
    const inner = { type, base_url: 'http://127.0.0.2:9/v1', models: ['inner'] };
    const executor = await startExecutor(nats.url, { masterKeysFile, aiProviders: { house, inner }, httpRoutes });
    return new ProviderScene(folder, nats, await connectClient(nats.url), model, executor);
  }

  async close(): Promise<void> {
    await this.executor.close();
    await this.bus.close();
    await this.model.stop();
    await this.nats.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Every model returns who it belongs to, and nobody has been asked. */
  reset(): void {
    this.model.calls.splice(0);
    this.model.on(HOUSE, chatAnswer('of the house'));
    this.model.on(CHAT, chatAnswer('their own'));
    this.model.on(MESSAGES, messageAnswer('their own'));
  }

  keyring(): Keyring {
    return new Keyring(join(this.folder, 'master-keys'));
  }

  /** A key as it is stored: it is sealed for the name. */
  sealed(organisation_id: string, name: string, key = CANARY): string {
    return sealed(key, aiProviderContext(organisation_id, name), this.keyring());
  }

  /** A provider as `definitions` stores it. */
  stored(organisation_id: string, name: string, more: Partial<StoredAiProvider> = {}): StoredAiProvider {
    return {
      type: 'openai_compatible',
      base_url: `${this.model.url}/own`,
      models: ['gpt'],
      aliases: {},
      default: false,
      api_key: this.sealed(organisation_id, name),
      ...more,
    };
  }

  /** Publishes these providers of an organisation, a new one by default, as `definitions` does; returns its id. */
  async publish(
    all: Readonly<Record<string, Partial<StoredAiProvider>>>,
    organisation_id = newId('organisation'),
  ): Promise<string> {
    const providers = Object.fromEntries(
      Object.entries(all).map(([name, more]) => [name, JSON.stringify(this.stored(organisation_id, name, more))]),
    );
    await this.bus.snapshots.put(AiProvidersSnapshot, { organisation_id }, { organisation_id, providers });
    return organisation_id;
  }

  /** All events of an execution of one AI step. */
  async run(organisation_id: string, config: object = {}): Promise<ExecutionEvent[]> {
    const step = {
      id: 'ask',
      type: 'ai_completion',
      config: { prompt: 'Well?', ...config },
      retry: { max_attempts: 1 },
    };
    const workflow = { workflow_id: newId('workflow'), organisation_id, version: 1 };
    const document = JSON.stringify(workflowOf([step]));
    await this.bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'Test', document });
    const request = {
      ...workflow,
      execution_id: newId('execution'),
      generation: 0,
      accepted_at: new Date().toISOString(),
      trigger: { type: 'api' as const },
      input: {},
    };
    await this.bus.publish(RunRequested, request);
    return eventsAtEnd(this.bus, request);
  }

  /** The last of those events. */
  async end(organisation_id: string, config: object = {}): Promise<ExecutionEvent | undefined> {
    return (await this.run(organisation_id, config)).at(-1);
  }

  /** Asks the executor to try a provider. */
  tried(organisation_id: string, name: string, model?: string): Promise<AiProviderTest> {
    return this.bus.request(TestAiProvider, { organisation_id, name, ...(model === undefined ? {} : { model }) });
  }

  /** The paths that were asked. */
  paths(): string[] {
    return this.model.calls.map(({ path }) => path);
  }

  /** What was sent as the key with each call. */
  keys(): unknown[] {
    return this.model.calls.map(({ headers }) => headers['authorization'] ?? headers['x-api-key']);
  }
}
