import 'reflect-metadata';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import {
  BUS,
  MessagingModule,
  MessagingStrategy,
  silentLogger,
  TOPOLOGY,
  type Logger,
  type NatsBus,
  type Topology,
} from '../src/index.js';

/** A Nest microservice with the given controllers, as a service of ours starts. */
export interface TestService {
  readonly bus: NatsBus;
  close(): Promise<void>;
}

export interface TestServiceOptions {
  readonly url: string;
  readonly name: string;
  readonly controllers: Type[];
  readonly topology?: Topology;
  readonly graceMs?: number;
  readonly abortMs?: number;
  readonly logger?: Logger;
}

export async function startService(options: TestServiceOptions): Promise<TestService> {
  const { url, name, controllers, topology, graceMs, abortMs, logger = silentLogger } = options;
  const shutdown = { ...(graceMs !== undefined ? { graceMs } : {}), ...(abortMs !== undefined ? { abortMs } : {}) };

  @Module({
    imports: [MessagingModule.forRoot({ url, name, topology, shutdown, logger, validateOutgoing: true })],
    controllers,
  })
  class TestModule {}

  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(TestModule, {
    useFactory: (strategy: MessagingStrategy) => ({ strategy }),
    inject: [MessagingStrategy],
    logger: false,
    abortOnError: false,
  });
  try {
    await app.listen();
  } catch (error) {
    await app.get<NatsBus>(BUS).close();
    throw error;
  }
  return { bus: app.get<NatsBus>(BUS), close: () => app.close() };
}

/** The real topology with other values for some consumers' fields, such as a shorter `ack_wait`. */
export function topologyWith(changes: Partial<Topology['consumers'][number]>): Topology {
  return { ...TOPOLOGY, consumers: TOPOLOGY.consumers.map((consumer) => ({ ...consumer, ...changes })) };
}

/** Where all is to be in the lane that its organisation shares: nothing is a burst. */
export const NO_BURSTS = { messages: Infinity, aSecond: 1 };

/** Something to wait on from outside a handler. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
