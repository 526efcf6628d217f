import { WORKFLOW_ENV_PREFIX } from '@millrace/service-kit/config';
import { defineManifest } from '@millrace/service-kit/manifest';
import { configSchema } from './config.js';

/** What is to be known of this service from outside. How the heap's limit was chosen: deploy/local/README.md, *Memory*. */
export const manifest = defineManifest({
  name: 'executor',
  summary: 'Runs the steps of executions',
  settings: configSchema,
  // What workflows read as {{ env.NAME }}.
  environmentPrefixes: [WORKFLOW_ENV_PREFIX],
  heapMb: 768,
  scalesBy: 'backlog',
  reachesOut: true,
});
