import { WORKFLOW_ENV_PREFIX } from '@millrace/service-kit/config';
import { defineManifest } from '@millrace/service-kit/manifest';
import { configSchema } from './config.js';

/** What is to be known of this service from outside. How the heap's limit was chosen: deploy/local/README.md, *Memory*. */
export const manifest = defineManifest({
  name: 'definitions',
  summary: 'Keeps workflows, organisations and tokens, and publishes them as snapshots',
  settings: configSchema,
  // Its names are what a document may read without a warning.
  environmentPrefixes: [WORKFLOW_ENV_PREFIX],
  heapMb: 384,
  scalesBy: 'cpu',
});
