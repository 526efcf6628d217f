import { lateImport } from '../late-import.js';

/** What checks values against schemas. */
export const answerChecks = lateImport(() => import('./answer-check.js'));
