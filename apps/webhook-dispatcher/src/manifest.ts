import { defineManifest } from '@millrace/service-kit/manifest';
import { configSchema } from './config.js';

/** What is to be known of this service from outside. How the heap's limit was chosen: deploy/local/README.md, *Memory*. */
export const manifest = defineManifest({
  name: 'webhook-dispatcher',
  summary: 'Turns webhook calls into executions, and sends events to subscribers',
  settings: configSchema,
  heapMb: 384,
  scalesBy: 'cpu',
  reachesOut: true,
});
