import type { Family } from '../attack.js';
import { addresses } from './addresses.js';
import { bodies } from './bodies.js';
import { changes } from './changes.js';
import { connections } from './connections.js';
import { crowds } from './crowds.js';
import { documents } from './documents.js';
import { executions } from './executions.js';
import { expressions } from './expressions.js';
import { quotas } from './quotas.js';
import { reads } from './reads.js';

/** All kinds of attacks. */
export const FAMILIES: readonly Family[] = [
  addresses,
  bodies,
  documents,
  changes,
  reads,
  expressions,
  executions,
  connections,
  crowds,
  quotas,
];
