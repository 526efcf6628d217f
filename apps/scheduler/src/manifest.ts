import { defineManifest } from '@millrace/service-kit/manifest';
import { configSchema } from './config.js';

/** What is to be known of this service from outside. How the heap's limit is chosen: deploy/local/README.md, *Memory*. */
export const manifest = defineManifest({
  name: 'scheduler',
  summary: 'Starts executions at the times of schedules',
  settings: configSchema,
  heapMb: 256,
  scalesBy: 'cpu',
});
