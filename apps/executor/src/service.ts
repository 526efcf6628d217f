import { natsTransport, type ServiceDefinition } from '@millrace/service-kit/app';
import { ExecutorModule } from './app.module.js';
import type { ExecutorConfig } from './config.js';
import { manifest } from './manifest.js';

/** The service `executor`. */
export function executorService(config: ExecutorConfig): ServiceDefinition {
  return { name: manifest.name, config, module: ExecutorModule.forRoot(config), transport: natsTransport };
}
