import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder; this file is in `packages/development/dist` of it. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
