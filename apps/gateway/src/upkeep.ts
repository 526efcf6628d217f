import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { TokenUses } from './auth/token-uses.js';
import { CONFIG, type GatewayConfig } from './config.js';

/** What the gateway does without being asked. */
@Injectable()
export class Upkeep extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    @Inject(CONFIG) private readonly config: Pick<GatewayConfig, 'MILLRACE_TOKEN_USE_SECONDS'>,
    private readonly uses: TokenUses,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Preparing', run: async () => undefined },
      tasks: [
        {
          name: 'Reporting the use of API tokens',
          everyMs: this.config.MILLRACE_TOKEN_USE_SECONDS * 1_000,
          run: () => this.uses.report(),
        },
      ],
    };
  }
}
