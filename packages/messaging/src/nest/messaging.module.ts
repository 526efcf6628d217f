import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { connectBus, type ConnectOptions } from '../connect-bus.js';
import type { Logger } from '../logger.js';
import type { NatsBus } from '../nats-bus.js';
import { BUS } from './decorators.js';
import { MessagingStrategy, type ShutdownTimes } from './messaging.strategy.js';
import { nestLogger } from './nest-logger.js';

/** Options of the module: those of `connectBus`, the logger being Nest's by default, and the shutdown times. */
export type MessagingModuleOptions = Omit<ConnectOptions, 'logger'> & {
  readonly logger?: Logger;
  readonly shutdown?: Partial<ShutdownTimes>;
  /** Whether the connection is to stay open after the shutdown, for whoever closes the bus later; by default it is not. */
  readonly keepsOpen?: () => boolean;
};

const KEEPS_OPEN = Symbol('millrace:keeps-open');

/**
 * Provides the {@link Bus} (`@Inject(BUS)`) and the {@link MessagingStrategy}, and closes the connection at the very end
 * of a shutdown, after `onModuleDestroy` and the strategy. Global, since a process has exactly one bus.
 */
@Module({})
export class MessagingModule implements OnApplicationShutdown {
  constructor(
    @Inject(BUS) private readonly bus: NatsBus,
    @Inject(KEEPS_OPEN) private readonly keepsOpen: () => boolean,
  ) {}

  static forRoot(options: MessagingModuleOptions): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      providers: [
        { provide: BUS, useFactory: () => connectBus({ ...options, logger: options.logger ?? nestLogger() }) },
        { provide: KEEPS_OPEN, useValue: options.keepsOpen ?? (() => false) },
        {
          provide: MessagingStrategy,
          inject: [BUS],
          useFactory: (bus: NatsBus) => new MessagingStrategy(bus, options.shutdown),
        },
      ],
      exports: [BUS, MessagingStrategy],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.keepsOpen()) await this.bus.close();
  }
}
