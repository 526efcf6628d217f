import { setMaxListeners } from 'node:events';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { BatchRunner, type BatchWork } from '../consume/batch-runner.js';
import type { NestHandler } from '../consume/delivery.js';
import { MessageRunner } from '../consume/message-runner.js';
import type { Runner } from '../consume/runner.js';
import { Turns } from '../consume/turns.js';
import { withDeadline } from '../deadline.js';
import { HandlerBindingError } from '../errors.js';
import { knownToServer } from '../known-to-server.js';
import type { NatsBus } from '../nats-bus.js';
import type { ConsumerSpec } from '../topology.js';
import { TRANSPORT, type Binding } from './decorators.js';
import { RequestResponder } from './request-responder.js';

/** How long `close()` waits. */
export interface ShutdownTimes {
  /** For handlers to finish by themselves; 20 s. */
  readonly graceMs: number;
  /** For handlers to obey their abort signal after that; 2 s. */
  readonly abortMs: number;
}

interface Bound {
  readonly binding: Binding;
  readonly handler: MessageHandler;
}

/** A handler of single messages: it has one runner for all lanes, and lanes come and go. */
interface MessageHandlerOf {
  readonly binding: Extract<Binding, { kind: 'message' }>;
  readonly runner: MessageRunner;
}

/** A handler of batches: it has a runner for each stream, and streams come and go. */
interface BatchHandler {
  readonly binding: Extract<Binding, { kind: 'batch' }>;
  readonly work: BatchWork;
  readonly runners: Map<string, BatchRunner>;
}

/**
 * The Nest transport of Millrace: questions over core NATS, messages over JetStream pull consumers. Given to
 * `NestFactory.createMicroservice` as `strategy`; the bus is closed by the code that made it, after this.
 */
export class MessagingStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = TRANSPORT;
  /** Failures are judged and reported here, so Nest need not. */
  override readonly propagatesEventHandlerErrors = true;
  readonly #abort = abortOfMany();
  readonly #runners = new Set<Runner>();
  readonly #messageHandlers: MessageHandlerOf[] = [];
  readonly #batchHandlers: BatchHandler[] = [];
  readonly #responders: RequestResponder[] = [];
  readonly #times: ShutdownTimes;
  readonly #turns = new Turns();
  #unlisten: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly bus: NatsBus,
    times: Partial<ShutdownTimes> = {},
  ) {
    super();
    this.#times = { graceMs: 20_000, abortMs: 2_000, ...times };
  }

  /** Called by Nest for each decorated method. Two for one pattern would both settle the same message. */
  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const name = this.normalizePattern(pattern as string);
    if (this.messageHandlers.has(name)) {
      throw new HandlerBindingError(
        `Two handlers are registered for ${name}; each message and question has exactly one in a service.`,
      );
    }
    super.addHandler(pattern, callback, isEventHandler, extras);
  }

  listen(callback: (error?: unknown) => void): void {
    try {
      const bindings = [...this.getHandlers()].map(([pattern, handler]) => ({
        ...bindingOf(pattern, handler),
        handler,
      }));
      this.#requireHandlers(bindings);
      for (const { binding, handler } of bindings) this.#bind(binding, handler, bindings);
      for (const responder of this.#responders) responder.start();
      for (const runner of this.#runners) runner.start();
      this.#unlisten = this.bus.onTopology(() => this.#followTopology());
      this.#followTopology();
      // Ready means that the server has the subscriptions: a request sent from now on reaches this service.
      knownToServer(this.bus.connection).then(() => callback(), callback);
    } catch (error) {
      callback(error);
    }
  }

  /** Stops pulling, lets handlers finish within the grace time, then aborts them and gives back what is left. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  on(): never {
    throw new Error('MessagingStrategy has no events; follow the state of the connection by Bus.status().');
  }

  unwrap<T>(): T {
    return this.bus.connection as T;
  }

  async #close(): Promise<void> {
    this.#unlisten?.();
    const work = [...this.#runners, ...this.#responders];
    await Promise.all(work.map((one) => one.stop()));
    const idle = Promise.all(work.map((one) => one.idle())).then(() => true as const);
    if (await withDeadline(idle, this.#times.graceMs, () => false)) return;
    this.bus.internals.logger.warn(
      { graceMs: this.#times.graceMs },
      'Handlers are still running after the grace time; aborting them',
    );
    this.#abort.abort(new Error('The service is shutting down'));
    if (await withDeadline(idle, this.#times.abortMs, () => false)) return;
    this.bus.internals.logger.error({}, 'Handlers ignore their abort signal; their messages are given back');
    for (const runner of this.#runners) runner.abandon();
  }

  #bind(binding: Binding, handler: MessageHandler, all: readonly Bound[]): void {
    if (binding.kind === 'given-up' || binding.kind === 'overflow') return;
    const run = handler as unknown as NestHandler;
    if (binding.kind === 'request') {
      this.#responders.push(new RequestResponder(this.bus, binding.request, run, binding.heavy));
      return;
    }
    const consumers = this.#consumersOf(binding);
    const beside = (kind: Binding['kind']): NestHandler | undefined =>
      all.find(({ binding: other }) => other.kind === kind && isOfSame(other, binding))?.handler;
    const givenUp = beside('given-up');
    if (binding.kind === 'message') {
      const work = { handler: run, givenUp, overflow: beside('overflow') };
      const runner = new MessageRunner(this.bus, binding.message, work, consumers, binding.options, this.#abort.signal);
      this.#runners.add(runner);
      this.#messageHandlers.push({ binding, runner });
      return;
    }
    this.#batchHandlers.push({
      binding,
      work: { handler: run, givenUp, turns: this.#turns },
      runners: new Map(),
    });
  }

  /** Takes messages from the lanes, and batches of the streams, that there are now, and from no others. */
  #followTopology(): void {
    for (const { binding, runner } of this.#messageHandlers) runner.follow(this.#consumersOf(binding));
    for (const { binding, work, runners } of this.#batchHandlers) {
      const consumers = new Map(this.#consumersOf(binding).map((consumer) => [consumer.stream, consumer]));
      for (const [stream, consumer] of consumers) {
        if (runners.has(stream)) continue;
        const runner = new BatchRunner(this.bus, binding.message, work, consumer, binding.options, this.#abort.signal);
        runners.set(stream, runner);
        this.#runners.add(runner);
        runner.start();
      }
      for (const [stream, runner] of runners) {
        if (consumers.has(stream)) continue;
        runners.delete(stream);
        void runner
          .stop()
          .then(() => runner.idle())
          .then(() => this.#runners.delete(runner));
      }
    }
  }

  #consumersOf(binding: Extract<Binding, { options: object }>): ConsumerSpec[] {
    const { message, group } = binding;
    const consumers = this.bus.topology.consumers.filter((one) => one.group === group && one.message === message.name);
    if (consumers.length === 0) {
      throw new HandlerBindingError(
        `topology.ts has no consumer of ${message.name} for the group "${group}"; add one, or correct the group.`,
      );
    }
    const lanes = consumers.filter(({ own, burst }) => !own && !burst).length;
    if (binding.kind === 'message' && binding.options.concurrency < lanes) {
      throw new HandlerBindingError(
        `The concurrency of the ${message.name} handler is ${binding.options.concurrency}, but its ${lanes} lanes need a slot each; set it to ${lanes} or more.`,
      );
    }
    return consumers;
  }

  /** A service whose handler was forgotten would start, be healthy, and never take a message. */
  #requireHandlers(bindings: readonly { binding: Binding }[]): void {
    const service = this.bus.internals.name;
    const bound = new Set(bindings.flatMap(({ binding }) => ('options' in binding ? [binding.message.name] : [])));
    const expected = this.bus.topology.consumers.filter((consumer) => consumer.group === service);
    const missing = new Set(expected.map((consumer) => consumer.message).filter((message) => !bound.has(message)));
    if (missing.size === 0) return;
    throw new HandlerBindingError(
      `The service "${service}" has to consume ${[...missing].join(', ')} (topology.ts), but has no @OnMessage or @OnBatch handler for it. ` +
        'Is the handler\'s class in the "controllers" of a module that AppModule imports?',
    );
  }
}

/** Whether two handlers are of the same messages. */
function isOfSame(one: Binding, other: Binding): boolean {
  return 'group' in one && 'group' in other && one.group === other.group && one.message.name === other.message.name;
}

function bindingOf(pattern: string, handler: MessageHandler): { binding: Binding } {
  const binding = handler.extras?.['binding'] as Binding | undefined;
  if (binding) return { binding };
  throw new HandlerBindingError(
    `The handler of "${pattern}" is declared by a decorator of Nest; use @OnRequest, @OnMessage or @OnBatch of @millrace/messaging.`,
  );
}

/** Every message that is worked on may listen to it; Node would take more than ten listeners for a leak. */
function abortOfMany(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
