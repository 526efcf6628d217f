import { defineManifest } from '@millrace/service-kit/manifest';
import { configSchema } from './config.js';

/** What is to be known of this service from outside. How the heap's limit is chosen: deploy/local/README.md, *Memory*. */
export const manifest = defineManifest({
  name: 'email-ingest',
  summary: 'Watches mailboxes and turns messages into executions',
  settings: configSchema,
  heapMb: 384,
  scalesBy: 'cpu',
  reachesOut: true,
});
