import { defineManifest } from '@millrace/service-kit/manifest';
import { configSchema } from './config.js';

/** What is to be known of this service from outside. How the heap's limit was chosen: deploy/local/README.md, *Memory*. */
export const manifest = defineManifest({
  name: 'history',
  summary: 'Records executions and serves questions about them',
  settings: configSchema,
  heapMb: 512,
  scalesBy: 'backlog',
});
