import { AI_LIMITS } from './limits/ai.js';
import { ANSWER_LIMITS } from './limits/answers.js';
import { CODE_LIMITS } from './limits/code.js';
import { CREDIT_LIMITS } from './limits/credits.js';
import { EXECUTION_LIMITS } from './limits/executions.js';
import { EMAIL_LIMITS } from './limits/emails.js';
import { FILE_LIMITS } from './limits/files.js';
import { LIVE_LIMITS } from './limits/live.js';
import { ORGANISATION_LIMITS } from './limits/organisations.js';
import { OUTGOING_LIMITS } from './limits/outgoing.js';
import { REQUEST_LIMITS } from './limits/requests.js';
import { WORKFLOW_LIMITS } from './limits/workflows.js';

/** Sizes and counts that bound what users send. Bytes unless the name says otherwise. */
export const LIMITS = {
  ...REQUEST_LIMITS,
  ...EXECUTION_LIMITS,
  ...ANSWER_LIMITS,
  ...WORKFLOW_LIMITS,
  ...ORGANISATION_LIMITS,
  ...AI_LIMITS,
  ...CREDIT_LIMITS,
  ...EMAIL_LIMITS,
  ...CODE_LIMITS,
  ...FILE_LIMITS,
  ...LIVE_LIMITS,
  ...OUTGOING_LIMITS,
} as const;
