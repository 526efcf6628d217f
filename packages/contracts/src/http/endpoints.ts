import { accountEndpoints } from './account-endpoints.js';
import { aiModelEndpoints, aiProviderEndpoints } from './ai-endpoints.js';
import { approvalEndpoints, approvalLinkEndpoints } from './approval-endpoints.js';
import { auditEndpoints } from './audit-endpoints.js';
import { deadLetterEndpoints } from './dead-letter-endpoints.js';
import { bulkEndpoints } from './bulk-endpoints.js';
import { creditEndpoints } from './credit-endpoints.js';
import { documentationEndpoints } from './documentation-endpoints.js';
import type { EndpointDeclaration } from './endpoint.js';
import { eventSubscriptionEndpoints } from './event-subscription-endpoints.js';
import { executionEndpoints } from './execution-endpoints.js';
import { expressionEndpoints } from './expression-endpoints.js';
import { fileEndpoints } from './file-endpoints.js';
import { runControlEndpoints } from './run-control-endpoints.js';
import { jobEndpoints } from './job-endpoints.js';
import { liveEndpoints } from './live-endpoints.js';
import { mailboxEndpoints } from './mailbox-endpoints.js';
import { mailSenderEndpoints } from './mail-sender-endpoints.js';
import { organisationEndpoints } from './organisation-endpoints.js';
import { scheduleEndpoints } from './schedule-endpoints.js';
import { secretEndpoints, variableEndpoints } from './setting-endpoints.js';
import { statsEndpoints } from './stats-endpoints.js';
import { stepRunEndpoints } from './step-run-endpoints.js';
import { stepTestEndpoints } from './step-test-endpoints.js';
import { systemEndpoints } from './system-endpoints.js';
import { tokenEndpoints } from './token-endpoints.js';
import { triggerEndpoints } from './trigger-endpoints.js';
import { webhookEndpoints } from './webhook-endpoints.js';
import { workflowDraftEndpoints } from './workflow-draft-endpoints.js';
import { workflowEndpoints } from './workflow-endpoints.js';
import { workflowLifecycleEndpoints } from './workflow-lifecycle-endpoints.js';
import { workflowVersionEndpoints } from './workflow-version-endpoints.js';

/** Every endpoint of the API, in the order of the documentation. */
export const ENDPOINTS: readonly EndpointDeclaration[] = [
  ...Object.values(workflowEndpoints),
  ...Object.values(workflowLifecycleEndpoints),
  ...Object.values(workflowVersionEndpoints),
  ...Object.values(workflowDraftEndpoints),
  ...Object.values(expressionEndpoints),
  ...Object.values(stepTestEndpoints),
  ...Object.values(executionEndpoints),
  ...Object.values(runControlEndpoints),
  ...Object.values(bulkEndpoints),
  ...Object.values(approvalEndpoints),
  ...Object.values(approvalLinkEndpoints),
  ...Object.values(stepRunEndpoints),
  liveEndpoints.execution,
  ...Object.values(fileEndpoints),
  ...Object.values(statsEndpoints),
  ...Object.values(triggerEndpoints),
  ...Object.values(webhookEndpoints),
  ...Object.values(scheduleEndpoints),
  ...Object.values(jobEndpoints),
  ...Object.values(mailboxEndpoints),
  ...Object.values(eventSubscriptionEndpoints),
  liveEndpoints.organisation,
  ...Object.values(secretEndpoints),
  ...Object.values(variableEndpoints),
  ...Object.values(mailSenderEndpoints),
  ...Object.values(aiProviderEndpoints),
  ...Object.values(aiModelEndpoints),
  ...Object.values(creditEndpoints),
  ...Object.values(tokenEndpoints),
  ...Object.values(accountEndpoints),
  ...Object.values(auditEndpoints),
  ...Object.values(organisationEndpoints),
  ...Object.values(systemEndpoints),
  ...Object.values(deadLetterEndpoints),
  ...Object.values(documentationEndpoints),
];
