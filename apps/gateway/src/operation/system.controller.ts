import { Controller } from '@nestjs/common';
import { systemEndpoints, type System } from '@millrace/contracts';
import { Endpoint } from '../http/endpoint.decorator.js';
import { SystemService } from './system.service.js';

/** Tells the operator how the installation is. */
@Controller()
export class SystemController {
  constructor(private readonly system: SystemService) {}

  @Endpoint(systemEndpoints.get)
  get(): Promise<System> {
    return this.system.read();
  }
}
