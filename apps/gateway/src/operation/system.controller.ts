import { Controller, Inject } from '@nestjs/common';
import { SetStarts, systemEndpoints, type Starts, type System } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { SystemService } from './system.service.js';

/** Shows the operator how the installation is, and pauses it. */
@Controller()
export class SystemController {
  constructor(
    private readonly system: SystemService,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Endpoint(systemEndpoints.get)
  get(): Promise<System> {
    return this.system.read();
  }

  @Endpoint(systemEndpoints.pauseStarts)
  pauseStarts({ body, asking }: Call<typeof systemEndpoints.pauseStarts>): Promise<Starts> {
    return this.bus.request(SetStarts, { paused: true, reason: body?.reason ?? null }, asking);
  }

  @Endpoint(systemEndpoints.resumeStarts)
  resumeStarts({ asking }: Call<typeof systemEndpoints.resumeStarts>): Promise<Starts> {
    return this.bus.request(SetStarts, { paused: false, reason: null }, asking);
  }
}
