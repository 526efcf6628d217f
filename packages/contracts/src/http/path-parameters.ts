import type { ErrorCode } from '../errors.js';
import type { IdKind } from '../ids.js';

/** What there is to know of a parameter in a path. */
export interface PathParameterDeclaration {
  /** The form of the id. What does not have it names nothing. */
  readonly kind: IdKind;
  /** What is not found when there is nothing under the id; `details` has the id under the parameter's name. */
  readonly code: ErrorCode;
  readonly description: string;
  /** What is said of a value that does not have the form, where its sender made it up and the code alone is no help. */
  readonly malformed?: string;
  readonly example: string;
}

/** Every parameter that an endpoint may have in its path. */
export const PATH_PARAMETERS = {
  workflow_id: {
    kind: 'workflow',
    code: 'WORKFLOW_NOT_FOUND',
    description: 'The id of the workflow.',
    example: 'wf_01kaxh3v9m0000000000000001',
  },
  version: {
    kind: 'version',
    code: 'VERSION_NOT_FOUND',
    description: 'The number of the version, from 1.',
    malformed: 'A version is a whole number from 1, such as 3',
    example: '2',
  },
  execution_id: {
    kind: 'execution',
    code: 'EXECUTION_NOT_FOUND',
    description: 'The id of the execution.',
    example: 'exec_01m887wqp5fkp3j7e18anavgww',
  },
  file_id: {
    kind: 'file',
    code: 'FILE_NOT_FOUND',
    description: 'The id of the file.',
    example: 'file_01m887wqp5fkp3j7e18anavgwwk2wq7t5xz3uzrb4ezwhaiy3f5e',
  },
  webhook_id: {
    kind: 'webhook',
    code: 'WEBHOOK_NOT_FOUND',
    description: 'The id in the address of a webhook trigger: `trigger.config.url` of the workflow.',
    example: 'wh_abcdefghijklmnopqrstuvwx',
  },
  index: {
    kind: 'schedule_index',
    code: 'SCHEDULE_NOT_FOUND',
    description: 'The place of the schedule among the schedule triggers of the workflow, from 0.',
    malformed: 'The index of a schedule is a whole number from 0',
    example: '0',
  },
  secret_name: {
    kind: 'setting_name',
    code: 'SECRET_NOT_FOUND',
    description: 'The name of the secret: a letter, then up to 63 letters, digits, `_` and `-`.',
    malformed: 'The name of a secret is a letter, then up to 63 letters, digits, "_" and "-"',
    example: 'crm_key',
  },
  variable_name: {
    kind: 'setting_name',
    code: 'VARIABLE_NOT_FOUND',
    description: 'The name of the variable: a letter, then up to 63 letters, digits, `_` and `-`.',
    malformed: 'The name of a variable is a letter, then up to 63 letters, digits, "_" and "-"',
    example: 'support_address',
  },
  sender_name: {
    kind: 'setting_name',
    code: 'MAIL_SENDER_NOT_FOUND',
    description: 'The name of the mail sender: a letter, then up to 63 letters, digits, `_` and `-`.',
    malformed: 'The name of a mail sender is a letter, then up to 63 letters, digits, "_" and "-"',
    example: 'support',
  },
  provider_name: {
    kind: 'setting_name',
    code: 'AI_PROVIDER_NOT_FOUND',
    description: 'The name of the provider of models: a letter, then up to 63 letters, digits, `_` and `-`.',
    malformed: 'The name of a provider is a letter, then up to 63 letters, digits, "_" and "-"',
    example: 'openai',
  },
  signal_name: {
    kind: 'signal_name',
    code: 'INVALID_INPUT',
    description: 'The name of the signal: a letter, then up to 63 letters, digits, `_`, `-` and `.`.',
    malformed: 'The name of a signal is a letter, then up to 63 letters, digits, "_", "-" and "."',
    example: 'payment_received',
  },
  approval_id: {
    kind: 'approval',
    code: 'APPROVAL_NOT_FOUND',
    description: 'The id of the approval.',
    example: 'appr_01m887wqp5fkp3j7e18anavgwwk2wq7t5xz3uzrb4ezwhaiy3f5e',
  },
  link_token: {
    kind: 'link_token',
    code: 'APPROVAL_NOT_FOUND',
    description: 'What makes the link a link of one approver.',
    example: 'k2wq7t5xz3uzrb4ezwhaiy3f5ek2wq7t',
  },
  token_id: {
    kind: 'token',
    code: 'TOKEN_NOT_FOUND',
    description: 'The id of the API token.',
    example: 'tok_01kaxh3v9m0000000000000001',
  },
  job_id: {
    kind: 'job',
    code: 'JOB_NOT_FOUND',
    description: 'The id of the job.',
    example: 'job_01kaxh3v9m0000000000000001',
  },
  mailbox_id: {
    kind: 'mailbox',
    code: 'MAILBOX_NOT_FOUND',
    description: 'The id of the mailbox.',
    example: 'mbx_01kaxh3v9m0000000000000001',
  },
  subscription_id: {
    kind: 'subscription',
    code: 'EVENT_SUBSCRIPTION_NOT_FOUND',
    description: 'The id of the subscription.',
    example: 'sub_01kaxh3v9m0000000000000001',
  },
  delivery_id: {
    kind: 'delivery',
    code: 'EVENT_DELIVERY_NOT_FOUND',
    description: 'The id of the delivery.',
    example: 'dlv_01kaxh3v9m0000000000000001',
  },
  organisation_id: {
    kind: 'organisation',
    code: 'ORGANISATION_NOT_FOUND',
    description: 'The id of the organisation.',
    example: 'org_01kaxh3v9m0000000000000001',
  },
  dead_letter_id: {
    kind: 'dead_letter',
    code: 'DEAD_LETTER_NOT_FOUND',
    description: 'The id of the dead letter.',
    example: 'dl_17',
  },
  step_type: {
    kind: 'step_type',
    code: 'STEP_TYPE_NOT_FOUND',
    description: 'The type of the step: one that `GET /v1/step-types` lists.',
    example: 'http',
  },
  // A value that is not there is one of an execution: history shows it in the same way.
  path: {
    kind: 'step_path',
    code: 'EXECUTION_NOT_FOUND',
    description: 'The path of a step run, as in `steps[].path` of the execution.',
    example: 'each[12].call',
  },
} as const satisfies Record<string, PathParameterDeclaration>;

/** The name of a path parameter. */
export type PathParameter = keyof typeof PATH_PARAMETERS;

/** True for the name of a path parameter. */
export function isPathParameter(name: string): name is PathParameter {
  return Object.hasOwn(PATH_PARAMETERS, name);
}

/** The parameters in a path, in order. A name that is none of {@link PATH_PARAMETERS} is a defect: throws. */
export function pathParametersOf(path: string): PathParameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    if (!isPathParameter(name)) throw new Error(`No form is known for the path parameter "${name}"`);
    return name;
  });
}
