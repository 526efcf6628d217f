import { Controller } from '@nestjs/common';
import { ListHistoryLeases } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { Database } from '@millrace/service-kit/mongo';
import type { z } from 'zod';
import { LeasesRepository } from './leases.repository.js';

/** Shows the operator who does what one replica does at a time. */
@Controller()
export class LeasesController {
  constructor(
    private readonly leases: LeasesRepository,
    private readonly database: Database,
  ) {}

  @OnRequest(ListHistoryLeases)
  async list(): Promise<z.output<typeof ListHistoryLeases.answer>> {
    const leases = await this.database.run(() => this.leases.list());
    return {
      leases: leases.map(({ name, holder, until, restMs }) => ({
        ...{ lease: name, holder, count: 1, until: until.toISOString() },
        ...(restMs > 0 ? { rest_ms: restMs } : {}),
      })),
    };
  }
}
