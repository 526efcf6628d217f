import { defineManifest } from '@millrace/service-kit/manifest';
import { configSchema } from './config.js';

/** What is to be known of this service from outside. How the heap's limit was chosen: deploy/local/README.md, *Memory*. */
export const manifest = defineManifest({
  name: 'gateway',
  summary: 'Serves the public HTTP API and webhook addresses',
  settings: configSchema,
  ports: [{ name: 'public', setting: 'MILLRACE_PORT' }],
  heapMb: 512,
  scalesBy: 'cpu',
});
